//! The objects of JSON-RPC 2.0 as the standard wants them: what comes in is read strictly.

use super::error::RpcError;
use super::fault::CallFault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

/// Calls in one batch at most. A script has a handful; without a bound one line could keep a
/// connection busy for as long as its sender likes.
pub const MAX_BATCH: usize = 100;

/// What a caller names its call by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// Null, which is also the id of an answer to what could not be read.
    Null,
}

/// A call of a method.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// None for a notification, which is not answered.
    pub id: Option<Id>,
    /// The method's name.
    pub method: String,
    /// An object or an array; null if there were none.
    pub params: Value,
}

/// Something that is no call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The id in it, if it has a good one.
    pub id: Id,
    /// What is wrong.
    pub error: RpcError,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// One call.
    Single(Result<Call, Refused>),
    /// Several, whose answers go back in one line.
    Batch(Vec<Result<Call, Refused>>),
}

/// Reads a line.
pub fn parse(line: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => {
            let fault = CallFault::Json(error.to_string());
            return Incoming::Single(Err(refused(Id::Null, fault)));
        }
    };
    match value {
        Value::Array(calls) if calls.is_empty() => {
            Incoming::Single(Err(refused(Id::Null, CallFault::EmptyBatch)))
        }
        Value::Array(calls) if calls.len() > MAX_BATCH => {
            Incoming::Single(Err(refused(Id::Null, CallFault::LongBatch)))
        }
        Value::Array(calls) => Incoming::Batch(calls.into_iter().map(read).collect()),
        value => Incoming::Single(read(value)),
    }
}

/// The answer to a call.
pub(super) fn answer(id: &Id, result: Result<Value, RpcError>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
    }
}

fn read(value: Value) -> Result<Call, Refused> {
    let Value::Object(mut fields) = value else {
        return Err(refused(Id::Null, CallFault::NoObject));
    };
    let id = id(&mut fields)?;
    let for_errors = id.clone().unwrap_or(Id::Null);
    if fields.remove("jsonrpc") != Some(Value::String("2.0".into())) {
        return Err(refused(for_errors, CallFault::Version));
    }
    let Some(Value::String(method)) = fields.remove("method") else {
        return Err(refused(for_errors, CallFault::Method));
    };
    let params = match fields.remove("params") {
        None => Value::Null,
        Some(params @ (Value::Object(_) | Value::Array(_))) => params,
        Some(_) => return Err(refused(for_errors, CallFault::Params)),
    };
    if let Some(field) = fields.keys().next() {
        return Err(refused(for_errors, CallFault::Field(field.clone())));
    }
    Ok(Call { id, method, params })
}

fn id(fields: &mut Map<String, Value>) -> Result<Option<Id>, Refused> {
    match fields.remove("id") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Id::Null)),
        Some(Value::Number(number)) => Ok(Some(Id::Number(number))),
        Some(Value::String(text)) => Ok(Some(Id::Text(text))),
        Some(_) => Err(refused(Id::Null, CallFault::Id)),
    }
}

fn refused(id: Id, fault: CallFault) -> Refused {
    let error = fault.into();
    Refused { id, error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::code;

    fn error(line: &str) -> (Id, i64) {
        match parse(line.as_bytes()) {
            Incoming::Single(Err(refused)) => (refused.id, refused.error.code),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_call_is_read_with_each_kind_of_id() {
        for (id, wanted) in [
            (r#""id":1,"#, Some(Id::Number(1.into()))),
            (r#""id":"a","#, Some(Id::Text("a".into()))),
            (r#""id":null,"#, Some(Id::Null)),
            ("", None),
        ] {
            let line = format!(r#"{{"jsonrpc":"2.0",{id}"method":"m","params":{{"a":1}}}}"#);
            let call = Call {
                id: wanted,
                method: "m".into(),
                params: json!({ "a": 1 }),
            };
            assert_eq!(parse(line.as_bytes()), Incoming::Single(Ok(call)));
        }
    }

    #[test]
    fn what_is_no_call_is_refused_with_the_id_that_it_has() {
        assert_eq!(error("{"), (Id::Null, code::PARSE));
        assert_eq!(error("\u{feff}{}"), (Id::Null, code::PARSE));
        let one = Id::Number(1.into());
        for (line, id) in [
            ("1", Id::Null),
            ("[]", Id::Null),
            (r#"{"id":1,"method":"m"}"#, one.clone()),
            (r#"{"jsonrpc":"1.0","id":1,"method":"m"}"#, one.clone()),
            (r#"{"jsonrpc":2.0,"id":1,"method":"m"}"#, one.clone()),
            (r#"{"jsonrpc":"2.0","id":1}"#, one.clone()),
            (r#"{"jsonrpc":"2.0","id":1,"method":1}"#, one.clone()),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"m","params":1}"#,
                one.clone(),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"m","parms":{}}"#,
                one.clone(),
            ),
            (r#"{"jsonrpc":"2.0","id":[],"method":"m"}"#, Id::Null),
        ] {
            assert_eq!(error(line), (id, code::INVALID_REQUEST), "{line}");
        }
        assert_eq!(
            error(&format!("[{}1]", "1,".repeat(MAX_BATCH))),
            (Id::Null, code::INVALID_REQUEST)
        );
    }

    #[test]
    fn each_part_of_a_batch_stands_for_itself() {
        let Incoming::Batch(calls) = parse(br#"[1,{"jsonrpc":"2.0","method":"m"}]"#) else {
            panic!("no batch");
        };
        assert!(matches!(calls.as_slice(), [Err(_), Ok(call)] if call.id.is_none()));
    }

    #[test]
    fn an_answer_has_a_result_or_an_error() {
        let id = Id::Number(1.into());
        assert_eq!(
            answer(&id, Ok(json!([]))).to_string(),
            r#"{"id":1,"jsonrpc":"2.0","result":[]}"#
        );
        let error = RpcError::new(code::NO_METHOD, "no");
        assert_eq!(
            answer(&Id::Null, Err(error)).to_string(),
            r#"{"error":{"code":-32601,"message":"no"},"id":null,"jsonrpc":"2.0"}"#
        );
    }
}
