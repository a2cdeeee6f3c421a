//! What each method does, in the words of the messenger.

mod chats;
mod contacts;
mod darkness;
mod devices;
mod explain;
mod groups;
mod pairing;
