//! The numbers that later clients gave to types of messages.

/// Types after status-go v0.50.0, by number, as of status-go in 2023.
const NAMES: [(i32, &str); 61] = [
    (15, "CONTACT_CODE_ADVERTISEMENT"),
    (16, "PUSH_NOTIFICATION_REGISTRATION"),
    (17, "PUSH_NOTIFICATION_REGISTRATION_RESPONSE"),
    (18, "PUSH_NOTIFICATION_QUERY"),
    (19, "PUSH_NOTIFICATION_QUERY_RESPONSE"),
    (20, "PUSH_NOTIFICATION_REQUEST"),
    (21, "PUSH_NOTIFICATION_RESPONSE"),
    (22, "EMOJI_REACTION"),
    (23, "GROUP_CHAT_INVITATION"),
    (24, "CHAT_IDENTITY"),
    (25, "COMMUNITY_DESCRIPTION"),
    (26, "COMMUNITY_INVITATION"),
    (27, "COMMUNITY_REQUEST_TO_JOIN"),
    (28, "PIN_MESSAGE"),
    (29, "EDIT_MESSAGE"),
    (30, "STATUS_UPDATE"),
    (31, "DELETE_MESSAGE"),
    (32, "SYNC_INSTALLATION_COMMUNITY"),
    (33, "ANONYMOUS_METRIC_BATCH"),
    (34, "SYNC_CHAT_REMOVED"),
    (35, "SYNC_CHAT_MESSAGES_READ"),
    (36, "BACKUP"),
    (37, "SYNC_ACTIVITY_CENTER_READ"),
    (38, "SYNC_ACTIVITY_CENTER_ACCEPTED"),
    (39, "SYNC_ACTIVITY_CENTER_DISMISSED"),
    (40, "SYNC_BOOKMARK"),
    (41, "SYNC_CLEAR_HISTORY"),
    (42, "SYNC_SETTING"),
    (43, "COMMUNITY_MESSAGE_ARCHIVE_MAGNETLINK"),
    (44, "SYNC_PROFILE_PICTURES"),
    (45, "SYNC_ACCOUNT"),
    (46, "ACCEPT_CONTACT_REQUEST"),
    (47, "RETRACT_CONTACT_REQUEST"),
    (48, "COMMUNITY_REQUEST_TO_JOIN_RESPONSE"),
    (49, "SYNC_COMMUNITY_SETTINGS"),
    (50, "REQUEST_CONTACT_VERIFICATION"),
    (51, "ACCEPT_CONTACT_VERIFICATION"),
    (52, "DECLINE_CONTACT_VERIFICATION"),
    (53, "SYNC_TRUSTED_USER"),
    (54, "SYNC_VERIFICATION_REQUEST"),
    (56, "SYNC_CONTACT_REQUEST_DECISION"),
    (57, "COMMUNITY_REQUEST_TO_LEAVE"),
    (58, "SYNC_DELETE_FOR_ME_MESSAGE"),
    (59, "SYNC_SAVED_ADDRESS"),
    (60, "COMMUNITY_CANCEL_REQUEST_TO_JOIN"),
    (61, "CANCEL_CONTACT_VERIFICATION"),
    (62, "SYNC_KEYPAIR"),
    (63, "SYNC_SOCIAL_LINKS"),
    (64, "SYNC_ENS_USERNAME_DETAIL"),
    (66, "SYNC_ACTIVITY_CENTER_NOTIFICATION_STATE"),
    (67, "COMMUNITY_EVENTS_MESSAGE"),
    (68, "COMMUNITY_EDIT_SHARED_ADDRESSES"),
    (69, "SYNC_ACCOUNT_CUSTOMIZATION_COLOR"),
    (70, "SYNC_ACCOUNTS_POSITIONS"),
    (71, "COMMUNITY_EVENTS_MESSAGE_REJECTED"),
    (72, "COMMUNITY_PRIVILEGED_USER_SYNC_MESSAGE"),
    (73, "COMMUNITY_SHARD_KEY"),
    (74, "SYNC_CHAT"),
    (75, "SYNC_ACTIVITY_CENTER_DELETED"),
    (76, "SYNC_ACTIVITY_CENTER_UNREAD"),
    (77, "SYNC_ACTIVITY_CENTER_COMMUNITY_REQUEST_DECISION"),
];

/// What later clients call the type of this number; for reports. status-go v0.50.0 has no name for it.
pub fn later_type_name(number: i32) -> Option<&'static str> {
    let mut names = NAMES.iter();
    names
        .find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_numbers_that_v0_50_0_does_not_know() {
        let mut last = 14;
        for (number, name) in NAMES {
            assert!(number > last, "{number}");
            last = number;
            assert_eq!(later_type_name(number), Some(name));
        }
        assert_eq!(later_type_name(22), Some("EMOJI_REACTION"));
        for number in [-1, 0, 14, 55, 65, 78] {
            assert_eq!(later_type_name(number), None);
        }
    }
}
