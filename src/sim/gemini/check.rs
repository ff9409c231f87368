//! What the original refuses in a request: unknown names, wrong schemas, roles that do not alternate, results
//! that do not match their calls, and calls that come back without the signature that they were given.

use serde_json::{Map, Value};

use super::{Refusal, Signer};

type Checked = Result<(), Refusal>;

const REQUEST: &[&str] = &[
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "generationConfig",
    "safetySettings",
    "cachedContent",
    "serviceTier",
    "labels",
    "store",
];
const GENERATION: &[&str] = &[
    "maxOutputTokens",
    "stopSequences",
    "seed",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "thinkingConfig",
    "temperature",
    "topP",
    "topK",
];
const PART: &[&str] =
    &["text", "functionCall", "functionResponse", "inlineData", "fileData", "thought", "thoughtSignature"];
const SCHEMA: &[&str] = &[
    "type",
    "description",
    "title",
    "enum",
    "format",
    "nullable",
    "items",
    "properties",
    "required",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "pattern",
    "anyOf",
    "default",
    "example",
    "propertyOrdering",
];
const TYPES: &[&str] = &["OBJECT", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "NULL"];

/// Refuses what is wrong in it.
pub fn request(asked: &Value, model: &str, signer: &Signer<'_>) -> Checked {
    let members = object(asked, "request")?;
    known(members, REQUEST, "")?;
    if let Some(config) = asked.get("generationConfig") {
        generation(config, model)?;
    }
    for one in asked["tools"].as_array().into_iter().flatten() {
        for declared in one["functionDeclarations"].as_array().into_iter().flatten() {
            declaration(declared)?;
        }
    }
    if let Some(mode) = asked["toolConfig"]["functionCallingConfig"]["mode"].as_str()
        && !["AUTO", "ANY", "NONE", "VALIDATED"].contains(&mode)
    {
        return Err(Refusal::invalid(format!(
            "Invalid value at 'tool_config.function_calling_config.mode': {mode}"
        )));
    }
    let contents = asked["contents"].as_array().filter(|all| !all.is_empty());
    let Some(contents) = contents else {
        return Err(Refusal::invalid("* GenerateContentRequest.contents: contents is not specified"));
    };
    conversation(contents)?;
    signatures(contents, signer)
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, Refusal> {
    value
        .as_object()
        .ok_or_else(|| Refusal::invalid(format!("Invalid value at '{what}': expected an object")))
}

fn known(members: &Map<String, Value>, names: &[&str], at: &str) -> Checked {
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(Refusal::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{name}\"{at}: Cannot find field."
        ))),
        None => Ok(()),
    }
}

fn generation(config: &Value, model: &str) -> Checked {
    known(object(config, "generation_config")?, GENERATION, " at 'generation_config'")?;
    let thinking = &config["thinkingConfig"];
    let (level, budget) = (thinking.get("thinkingLevel"), thinking.get("thinkingBudget"));
    if level.is_some() && budget.is_some() {
        return Err(Refusal::invalid("You can only set only one of thinking budget and thinking level."));
    }
    let Some(level) = level.and_then(Value::as_str) else { return Ok(()) };
    let allowed: &[&str] = match model {
        "gemini-3.8-flash" => &["LOW", "MEDIUM", "HIGH"],
        "gemini-4-hydrogen" => &["LOW", "MEDIUM", "HIGH", "XHIGH"],
        _ => &["MINIMAL", "LOW", "MEDIUM", "HIGH"],
    };
    if allowed.contains(&level) {
        return Ok(());
    }
    let allowed = allowed.join(", ").to_lowercase();
    Err(Refusal::invalid(format!(
        "'{}' is not a supported thinking level for this model. Allowed values are: {allowed}.",
        level.to_lowercase()
    )))
}

fn declaration(declared: &Value) -> Checked {
    let name = declared["name"].as_str().unwrap_or_default();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.len() <= 128
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:-".contains(c));
    if !is_name {
        return Err(Refusal::invalid(format!("Invalid function name {name:?}.")));
    }
    if declared.get("parameters").is_some() && declared.get("parametersJsonSchema").is_some() {
        return Err(Refusal::invalid("parameters and parameters_json_schema are mutually exclusive."));
    }
    match declared.get("parameters") {
        Some(schema) => self::schema(schema, &format!("function_declarations[{name}].parameters")),
        None => Ok(()),
    }
}

fn schema(schema: &Value, at: &str) -> Checked {
    let members = object(schema, at)?;
    known(members, SCHEMA, &format!(" at '{at}'"))?;
    let kind = schema["type"].as_str().map(str::to_uppercase).unwrap_or_default();
    if !TYPES.contains(&kind.as_str()) {
        return Err(Refusal::invalid(format!("{at}.type: must be one of {}", TYPES.join(", "))));
    }
    if schema["enum"].as_array().is_some_and(|all| !all.iter().all(Value::is_string)) {
        return Err(Refusal::invalid(format!("Invalid value at '{at}.enum': expected strings")));
    }
    let properties = schema["properties"].as_object();
    if kind == "OBJECT" && properties.is_none_or(Map::is_empty) {
        return Err(Refusal::invalid(format!("{at}.properties: should be non-empty for OBJECT type")));
    }
    for (index, required) in schema["required"].as_array().into_iter().flatten().enumerate() {
        let is_defined =
            required.as_str().is_some_and(|name| properties.is_some_and(|all| all.contains_key(name)));
        if !is_defined {
            return Err(Refusal::invalid(format!("{at}.required[{index}]: property is not defined")));
        }
    }
    for (name, inner) in properties.into_iter().flatten() {
        self::schema(inner, &format!("{at}.properties[{name}]"))?;
    }
    Ok(())
}

/// Roles alternate from the user's on, and every call is answered at once, in its order.
fn conversation(contents: &[Value]) -> Checked {
    let mut calls: Vec<&Value> = Vec::new();
    for (index, content) in contents.iter().enumerate() {
        let role = content["role"].as_str().unwrap_or_default();
        let expected = if index % 2 == 0 { "user" } else { "model" };
        if role != expected {
            let message = "Please ensure that multiturn requests alternate between user and model.";
            return Err(Refusal::invalid(format!("{message} (contents[{index}])")));
        }
        let parts = content["parts"].as_array().filter(|parts| !parts.is_empty()).ok_or_else(|| {
            Refusal::invalid(format!(
                "* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty."
            ))
        })?;
        for one in parts {
            part(one, role)?;
        }
        let answers: Vec<&Value> = parts.iter().filter_map(|part| part.get("functionResponse")).collect();
        answered(&calls, &answers, index)?;
        calls = parts.iter().filter_map(|part| part.get("functionCall")).collect();
    }
    if contents.len().is_multiple_of(2) {
        return Err(Refusal::invalid("Please ensure that the conversation ends with a user turn."));
    }
    Ok(())
}

fn part(part: &Value, role: &str) -> Checked {
    known(object(part, "part")?, PART, " at 'contents.parts'")?;
    let data = ["text", "functionCall", "functionResponse", "inlineData", "fileData"];
    if data.iter().filter(|name| part.get(**name).is_some()).count() != 1 {
        return Err(Refusal::invalid("contents.parts must have one initialized field: data"));
    }
    if role == "user" && part["text"] == "" {
        return Err(Refusal::invalid("Unable to submit request because it has an empty text parameter."));
    }
    if part.get("functionResponse").is_some_and(|one| !one["response"].is_object()) {
        return Err(Refusal::invalid("Invalid value at 'function_response.response': expected an object"));
    }
    Ok(())
}

fn answered(calls: &[&Value], answers: &[&Value], index: usize) -> Checked {
    if calls.len() != answers.len() {
        return Err(Refusal::invalid(format!(
            "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn. (contents[{index}])"
        )));
    }
    for (call, answer) in calls.iter().zip(answers) {
        if call["name"] != answer["name"] || call.get("id") != answer.get("id") {
            return Err(Refusal::invalid(format!(
                "Function response {} does not match function call {} by name and id.",
                answer["name"], call["name"]
            )));
        }
    }
    Ok(())
}

/// In the turn that runs, the first call of every step has the signature that it was given, and no other part
/// has one that is not its own.
fn signatures(contents: &[Value], signer: &Signer<'_>) -> Checked {
    let is_question = |content: &Value| {
        content["role"] == "user"
            && content["parts"]
                .as_array()
                .is_some_and(|parts| parts.iter().all(|part| part.get("text").is_some()))
    };
    let from = contents.iter().rposition(is_question).unwrap_or(0);
    for (position, content) in contents.iter().enumerate().skip(from) {
        let parts = content["parts"].as_array().into_iter().flatten();
        let mut is_first = true;
        for part in parts {
            let Some(call) = part.get("functionCall") else { continue };
            let signature = part.get("thoughtSignature").and_then(Value::as_str);
            match signature {
                None if is_first => {
                    let name = call["name"].as_str().unwrap_or_default();
                    return Err(Refusal::invalid(format!(
                        "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:{name}`, position {position}."
                    )));
                }
                Some(signature) if !is_first || signature != signer.of(call) => {
                    return Err(Refusal::invalid("Thought signature is not valid."));
                }
                _ => {}
            }
            is_first = false;
        }
    }
    Ok(())
}
