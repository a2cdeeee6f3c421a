//! A packet from the network: the first byte is its code, the rest its payload.

use bytes::Bytes;
use status_whisper::packets::{BatchReport, Decoded, MailserverRequest};

/// Decodes `data` as a packet. What decodes has to decode again, from its own encoding, to the
/// same.
pub fn run(data: &[u8]) {
    let Some((code, payload)) = data.split_first() else {
        return;
    };
    let payload = Bytes::copy_from_slice(payload);
    if let Ok(decoded) = Decoded::decode((*code).into(), payload.clone()) {
        assert_eq!(decoded.code(), u64::from(*code));
        let again = Decoded::decode((*code).into(), decoded.encode());
        assert_eq!(again.as_ref(), Ok(&decoded));
        match &decoded {
            Decoded::Messages(messages) => assert_eq!(messages.encode(), payload),
            Decoded::P2pRequest(request) => drop(request.encode()),
            Decoded::SyncRequest(request) => drop(request.validate()),
            Decoded::MessagesResponse(response) => {
                if let Ok(report) = BatchReport::decode(&response.content) {
                    assert_eq!(BatchReport::decode(&report.encode()), Ok(report));
                }
            }
            _ => {}
        }
    }
    // What is inside the envelope of a request has no code of its own.
    if let Ok(request) = MailserverRequest::decode(&payload) {
        let _ = request.validate();
        assert_eq!(MailserverRequest::decode(&request.encode()), Ok(request));
    }
}
