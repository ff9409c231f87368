//! Geotab's errors: which exception, and the envelope they come in, inside an HTTP 200.

use serde_json::{Value, json};

/// The exceptions that are documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    /// A wrong login, or a session that is no more: one word for both.
    InvalidUser,
    /// The database is not here, or not now.
    DbUnavailable,
    /// Too many calls, or too many rows asked for.
    OverLimit,
    /// No such method or type.
    MissingMethod,
    /// What was sent is not what the method takes.
    JsonSerializer,
    /// What was sent makes no sense.
    Argument,
}

impl Exception {
    const fn name(self) -> &'static str {
        match self {
            Self::InvalidUser => "InvalidUserException",
            Self::DbUnavailable => "DbUnavailableException",
            Self::OverLimit => "OverLimitException",
            Self::MissingMethod => "MissingMethodException",
            Self::JsonSerializer => "JsonSerializerException",
            Self::Argument => "ArgumentException",
        }
    }

    const fn code(self) -> i64 {
        match self {
            Self::MissingMethod => -32601,
            Self::JsonSerializer => -32700,
            Self::InvalidUser | Self::DbUnavailable | Self::OverLimit | Self::Argument => -32000,
        }
    }
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The exception.
    pub exception: Exception,
    /// Its message.
    pub message: String,
    /// Seconds to stay away, where that is said.
    pub retry_after: Option<u64>,
    /// Which of several calls it was.
    pub index: usize,
}

impl Refusal {
    /// With this message.
    pub fn new(exception: Exception, message: impl Into<String>) -> Self {
        Self { exception, message: message.into(), retry_after: None, index: 0 }
    }

    /// What was sent makes no sense.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(Exception::Argument, message)
    }

    /// What was sent is of another kind.
    pub fn serializer(message: impl Into<String>) -> Self {
        Self::new(Exception::JsonSerializer, message)
    }

    /// The body; `request` is the id that support would ask for.
    pub fn body(&self, request: &str) -> Value {
        let (name, message) = (self.exception.name(), &self.message);
        json!({
            "error": {
                "message": message,
                "code": self.exception.code(),
                "data": { "id": request, "type": name, "requestIndex": self.index },
                "name": "JSONRPCError",
                "errors": [{ "message": message, "name": name }],
            },
            "jsonrpc": "2.0",
            "requestIndex": self.index,
        })
    }
}
