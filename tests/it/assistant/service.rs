//! A service that sends what it is told to, byte for byte, and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One answer.
#[derive(Clone, Debug)]
pub struct Script {
    pub status: u16,
    pub pieces: Vec<Vec<u8>>,
    pub then: Then,
}

/// What follows the last piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    End,
    Break,
    Silence,
}

/// One question as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Request line and headers.
    pub head: String,
    pub body: Value,
}

pub struct Service {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    listening: JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Service {
    /// Answers by these, in order; what is asked beyond them hangs.
    pub async fn start(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (scripts, known) = (Arc::new(Mutex::new(VecDeque::from(scripts))), Arc::clone(&asked));
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&scripts), Arc::clone(&known)));
            }
        });
        Self { url, asked, listening }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(
    mut stream: TcpStream,
    scripts: Arc<Mutex<VecDeque<Script>>>,
    known: Arc<Mutex<Vec<Asked>>>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        (stream.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).to_lowercase();
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
    while bytes.len() < head_end + 4 + length {
        (stream.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    }
    let body = serde_json::from_slice(&bytes[head_end + 4..]).ok()?;
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    known.lock().unwrap().push(Asked { head, body });
    let script = scripts.lock().unwrap().pop_front();
    let Some(Script { status, pieces, then }) = script else { return std::future::pending().await };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await.ok()?;
        stream.write_all(piece).await.ok()?;
        stream.write_all(b"\r\n").await.ok()?;
        stream.flush().await.ok()?;
        tokio::task::yield_now().await;
    }
    match then {
        Then::End => stream.write_all(b"0\r\n\r\n").await.ok()?,
        Then::Break => {}
        Then::Silence => std::future::pending().await,
    }
    stream.flush().await.ok()
}

/// A whole answer.
pub fn sends(body: &str) -> Script {
    Script { status: 200, pieces: vec![body.as_bytes().to_vec()], then: Then::End }
}

/// A refusal.
pub fn refuses(status: u16, body: &str) -> Script {
    Script { status, ..sends(body) }
}

/// One event with these parts and this end.
pub fn event(parts: &str, finish: &str) -> String {
    let finish = if finish.is_empty() { String::new() } else { format!(",\"finishReason\":\"{finish}\"") };
    format!(
        "data: {{\"candidates\":[{{\"content\":{{\"role\":\"model\",\"parts\":[{parts}]}}{finish}}}],\"usageMetadata\":{{\"promptTokenCount\":1000,\"candidatesTokenCount\":100}}}}\r\n\r\n"
    )
}

/// An answer in words.
pub fn says(text: &str) -> Script {
    let part = serde_json::json!({ "text": text });
    sends(&(event(&part.to_string(), "") + &event(r#"{"text":"","thoughtSignature":"ZW5k"}"#, "STOP")))
}
