//! What the demo model said, in the pieces that the original sends: text by a few letters, calls whole, the
//! signature on the first call or on an empty last part, tokens counted up.

use serde_json::{Value, json};

use super::rules::Said;
use super::{DEMO, Signer};
use crate::sim::chance::Chance;

/// Fewer tokens than it thinks: nothing is left for an answer.
const THOUGHTS: u64 = 96;

/// The pieces, in order.
pub fn chunks(said: &Said, asked: &Value, signer: &Signer<'_>) -> Vec<Value> {
    let prompt = asked.to_string().len() as u64 / 4;
    let most = asked["generationConfig"]["maxOutputTokens"].as_u64().unwrap_or(65_536);
    if most <= THOUGHTS * 2 {
        return vec![chunk(&json!({ "role": "model" }), Some("MAX_TOKENS"), prompt, 0)];
    }
    match said {
        Said::Text(text) => spoken(text, prompt, signer),
        Said::Calls(calls) => called(calls, prompt, signer),
    }
}

fn spoken(text: &str, prompt: u64, signer: &Signer<'_>) -> Vec<Value> {
    let mut chance = Chance::of(&[prompt, 109]);
    let letters: Vec<char> = text.chars().collect();
    let (mut chunks, mut from) = (Vec::new(), 0);
    while from < letters.len() {
        let to = (from + 1 + chance.below(40)).min(letters.len());
        let piece: String = letters[from..to].iter().collect();
        chunks.push(chunk(&content(&[json!({ "text": piece })]), None, prompt, to as u64 / 4));
        from = to;
    }
    let last = json!({ "text": "", "thoughtSignature": signer.of(&json!(text)) });
    chunks.push(chunk(&content(&[last]), Some("STOP"), prompt, letters.len() as u64 / 4));
    chunks
}

fn called(calls: &[(String, Value)], prompt: u64, signer: &Signer<'_>) -> Vec<Value> {
    let mut chunks = Vec::new();
    for (index, (name, args)) in calls.iter().enumerate() {
        let id = format!("{:08x}", Chance::of(&[prompt, index as u64, 113]).throw() & 0xFFFF_FFFF);
        let call = json!({ "name": name, "args": args, "id": id });
        let mut part = json!({ "functionCall": call });
        // Of calls side by side the first alone is signed.
        if index == 0 {
            part["thoughtSignature"] = json!(signer.of(&call));
        }
        chunks.push(chunk(&content(&[part]), None, prompt, 20));
    }
    // A call, too, ends with STOP.
    chunks.push(chunk(&content(&[json!({ "text": "" })]), Some("STOP"), prompt, 20));
    chunks
}

/// All of it as one answer.
pub fn whole(chunks: &[Value]) -> Value {
    let parts = chunks.iter().filter_map(|chunk| chunk["candidates"][0]["content"]["parts"].as_array());
    let parts: Vec<Value> = parts.flatten().cloned().collect();
    let mut last = chunks.last().cloned().unwrap_or_default();
    last["candidates"][0]["content"] = content(&parts);
    last
}

fn content(parts: &[Value]) -> Value {
    json!({ "parts": parts, "role": "model" })
}

fn chunk(content: &Value, finish: Option<&str>, prompt: u64, output: u64) -> Value {
    let mut candidate = json!({ "content": content, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": prompt,
            "candidatesTokenCount": output,
            "thoughtsTokenCount": THOUGHTS,
            "totalTokenCount": prompt + output + THOUGHTS
        },
        "modelVersion": DEMO,
        "responseId": format!("demo-{prompt}")
    })
}
