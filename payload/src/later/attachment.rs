//! Pictures and sound in chat messages.

use crate::wire;
use crate::wire::audio_message::AudioType;
use crate::wire::chat_attachment::Payload;
use crate::wire::image_message::ImageType;
use bytes::Bytes;
use status_protobuf_wire::decode;

/// Content type of a chat message with a picture.
const IMAGE: i32 = 7;
/// Content type of a chat message with sound.
const AUDIO: i32 = 8;

/// What a chat message of a later client holds besides its text. A file is copied once out of the
/// message and is never larger than it; it comes from somebody else, and nothing here looks into it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attachment {
    /// A picture.
    Image {
        /// The file; not empty.
        file: Bytes,
        /// Its format as the sender says, or the number of one that is not known here; never 0.
        format: Result<ImageType, i32>,
    },
    /// Sound.
    Audio {
        /// The file; not empty.
        file: Bytes,
        /// Its format as the sender says, or the number of one that is not known here; never 0.
        format: Result<AudioType, i32>,
        /// How long it lasts as the sender says, milliseconds.
        duration_ms: u64,
    },
}

/// Why a chat message whose content type promises a file has none. The author is at fault. To
/// status-go v0.50.0 such a message is its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAttachment {
    /// The fields of the file cannot be decoded.
    #[error("the attached file cannot be decoded: {0}")]
    Malformed(#[from] crate::DecodeError),
    /// There is no file of the promised kind.
    #[error("the message has no {kind}")]
    Missing {
        /// The kind.
        kind: &'static str,
    },
    /// The file has no bytes.
    #[error("the attached {kind} is empty")]
    Empty {
        /// The kind.
        kind: &'static str,
    },
    /// The format is 0.
    #[error("the attached {kind} has no format")]
    NoFormat {
        /// The kind.
        kind: &'static str,
    },
}

impl Attachment {
    /// Reads the file of the chat message whose encoded form is `payload` and whose content type is
    /// `content_type`; none for content types without one.
    ///
    /// # Errors
    ///
    /// If the content type promises a file and there is none that could be shown.
    pub fn decode(content_type: i32, payload: Bytes) -> Result<Option<Self>, InvalidAttachment> {
        let kind = match content_type {
            IMAGE => "picture",
            AUDIO => "sound",
            _ => return Ok(None),
        };
        let decoded = decode::<wire::ChatAttachment>(payload)?.message;
        let attachment = match (content_type, decoded.payload) {
            (IMAGE, Some(Payload::Image(image))) => Self::Image {
                file: image.payload,
                format: ImageType::try_from(image.r#type).map_err(|_| image.r#type),
            },
            (AUDIO, Some(Payload::Audio(audio))) => Self::Audio {
                file: audio.payload,
                format: AudioType::try_from(audio.r#type).map_err(|_| audio.r#type),
                duration_ms: audio.duration_ms,
            },
            _ => return Err(InvalidAttachment::Missing { kind }),
        };
        let (file, has_format) = match &attachment {
            Self::Image { file, format } => (file, *format != Ok(ImageType::UnknownImageType)),
            Self::Audio { file, format, .. } => (file, *format != Ok(AudioType::UnknownAudioType)),
        };
        if file.is_empty() {
            return Err(InvalidAttachment::Empty { kind });
        }
        if !has_format {
            return Err(InvalidAttachment::NoFormat { kind });
        }
        Ok(Some(attachment))
    }

    /// The bytes to append to an encoded chat message, whose content type must be
    /// [`content_type`](Self::content_type) and which must hold no sticker.
    pub fn encode(&self) -> Bytes {
        use prost::Message as _;
        let payload = match self {
            Self::Image { file, format } => Payload::Image(wire::ImageMessage {
                payload: file.clone(),
                r#type: format.map_or_else(|number| number, i32::from),
            }),
            Self::Audio {
                file,
                format,
                duration_ms,
            } => Payload::Audio(wire::AudioMessage {
                payload: file.clone(),
                r#type: format.map_or_else(|number| number, i32::from),
                duration_ms: *duration_ms,
            }),
        };
        let attachment = wire::ChatAttachment {
            payload: Some(payload),
        };
        attachment.encode_to_vec().into()
    }

    /// The content type of a chat message that holds it.
    pub fn content_type(&self) -> i32 {
        match self {
            Self::Image { .. } => IMAGE,
            Self::Audio { .. } => AUDIO,
        }
    }
}
