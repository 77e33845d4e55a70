//! The page in a real Chromium, against the real server, with raw sockets in the same room.
//!
//! These run where `PARTYLINE_BROWSER_TESTS` is set, which `cargo xtask test` does after it has seen to Chromium
//! and the page. A plain `cargo test` needs neither.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, also in its helpers"
)]

mod accessible;
mod browser {
    pub(crate) use partyline_chromium::{Browser, Locale};
}
mod composing;
mod format;
mod hostile;
mod keeping;
mod keyboard;
mod keys;
mod layout;
mod offline;
mod phone;
mod proxy;
mod reading;
mod serving;
mod settings;
#[path = "../integration/support.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
mod support;
mod talking;
mod unusual;

/// Runs a test in its own browser, or says why not.
macro_rules! browser_test {
    ($name:ident, $test:path) => {
        #[test]
        fn $name() {
            if std::env::var_os("PARTYLINE_BROWSER_TESTS").is_none() {
                eprintln!("skipped: needs Chromium and the built page; `cargo xtask test` runs it");
                return;
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on($test());
        }
    };
}

browser_test!(the_page_and_a_raw_socket_talk_and_a_restart_loses_nothing, talking::talk_and_restart);
browser_test!(the_page_is_served_compressed_and_cached_by_name, serving::forms_and_caching);
browser_test!(whatever_people_are_called_and_say_stays_text, hostile::everything_stays_text);
browser_test!(what_is_formatted_is_drawn, format::what_is_formatted_is_drawn);
browser_test!(lines_that_are_pasted_are_one_message, format::lines_that_are_pasted_are_one_message);
browser_test!(the_first_load_is_small, serving::size);
browser_test!(nothing_typed_is_lost_by_a_reload_or_a_restart_and_all_is_sent_once, keeping::reloads);
browser_test!(two_tabs_of_one_person_know_what_was_read, keeping::two_tabs);
browser_test!(where_nothing_can_be_kept_all_works_and_it_is_said_once, keeping::nothing_can_be_kept);
browser_test!(the_room_is_in_the_url, talking::rooms_and_urls);
browser_test!(everything_can_be_done_by_keys, keyboard::everything_by_keys);
browser_test!(what_was_said_is_read_by_keys, keyboard::reading_by_keys);
browser_test!(the_keyboard_is_never_nowhere, keyboard::never_lost);
browser_test!(nothing_serious_keeps_anybody_out, accessible::axe_finds_nothing);
browser_test!(a_screen_reader_hears_what_happens, accessible::said_aloud);
browser_test!(a_phone_has_room_for_it_all, phone::small_screens);
browser_test!(the_page_opens_without_a_server_and_offers_a_new_version, offline::without_a_server);
browser_test!(trouble_is_said_plainly, offline::trouble);
browser_test!(what_is_typed_is_completed, composing::completing);
browser_test!(emoji_come_by_name_and_from_the_box, composing::emoji);
browser_test!(nothing_typed_is_sent_early_or_lost, composing::typing);
browser_test!(what_is_wrong_with_a_name_is_said_at_its_field, composing::names);
browser_test!(nothing_moves_by_itself_or_is_wider_than_the_window, layout::nothing_moves_or_overflows);
browser_test!(history_is_walked_through_without_a_jump, reading::walk_through_history);
browser_test!(a_message_has_an_address, reading::permalinks);
browser_test!(a_message_can_be_quoted_and_copied, reading::message_actions);
browser_test!(what_is_set_holds_at_once_in_all_tabs_and_from_the_first_paint, settings::looks);
browser_test!(
    a_chinese_browser_is_spoken_to_in_chinese_also_where_nothing_can_be_kept,
    settings::chinese_without_storage
);
browser_test!(who_is_meant_is_told_where_they_asked_for_it, settings::notifications);
browser_test!(a_clock_that_is_wrong_misleads_nobody, unusual::a_clock_that_is_wrong);
browser_test!(a_link_to_what_is_no_longer_kept_says_so, unusual::a_message_that_is_no_longer_kept);
browser_test!(a_link_to_a_room_that_lets_nobody_in_says_why, unusual::a_room_that_lets_nobody_in);
browser_test!(nothing_moves_for_whoever_wants_that, unusual::nothing_moves_for_who_wants_that);
browser_test!(fingers_are_enough, unusual::fingers);
