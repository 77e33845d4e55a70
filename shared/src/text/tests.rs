//! What is said, and what is shown of it.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (said, shown) in cases {
        assert_eq!(clean(said), *shown, "{said:?}");
    }
}

/// The attack of each row, and what is left of it.
#[test]
fn what_is_shown_of_what_is_said() {
    check(&[
        ("plain", "plain"),
        // CSI: colours, the cursor, the screen; with parameters, intermediates, none, or too many.
        ("\u{1b}[31mred\u{1b}[0m", "red"),
        ("\u{1b}[2J\u{1b}[Hgone\u{1b}[1A", "gone"),
        ("\u{1b}[?1049h\u{1b}[?25lx", "x"),
        ("\u{1b}[0 qx\u{1b}[!py", "xy"),
        ("\u{1b}[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33;34mx", "x"),
        ("\u{1b}[6nwhere am I", "where am I"),
        // OSC: titles, links, the clipboard; ended by BEL, by ST, by 8-bit ST.
        ("\u{1b}]0;title\u{7}x", "x"),
        ("\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
        ("\u{1b}]52;c;cm0gLXJmIC8=\u{9c}x", "x"),
        ("\u{1b}]0;a\ttab\u{7}x", "x"),
        // DCS, SOS, PM, APC: strings that a terminal takes in, up to ST.
        ("\u{1b}Pq#0\u{1b}\\dcs", "dcs"),
        ("\u{1b}P$q\"p\u{9c}dcs", "dcs"),
        ("\u{1b}Xsecret\u{1b}\\sos", "sos"),
        ("\u{1b}^secret\u{1b}\\pm", "pm"),
        ("\u{1b}_Gf=100;AAAA\u{1b}\\apc", "apc"),
        // The same in 8 bits: C1 controls.
        ("\u{9b}31mred", "red"),
        ("\u{9d}0;title\u{7}x", "x"),
        ("\u{90}q#0\u{9c}dcs", "dcs"),
        ("\u{98}secret\u{9c}sos", "sos"),
        ("\u{9e}secret\u{9c}pm", "pm"),
        ("\u{9f}secret\u{9c}apc", "apc"),
        ("a\u{84}b\u{8d}c\u{9c}d", "abcd"),
        // ESC and a letter: a charset, a reset, a saved cursor.
        ("\u{1b}(0lqqk\u{1b}(B", "lqqk"),
        ("\u{1b}creset\u{1b}7\u{1b}8", "reset"),
        ("\u{1b}#8x", "x"),
        // Nested, cut off, one inside the other: what opens takes what it would take on a terminal.
        ("a\u{1b}", "a"),
        ("a\u{1b}[", "a"),
        ("a\u{1b}[31", "a"),
        ("a\u{1b}]0;no end", "a"),
        ("a\u{1b}Pno end\nat all", "a"),
        ("\u{1b}[\u{1b}[31mx", "x"),
        ("\u{1b}\u{1b}\u{1b}[31mx", "x"),
        ("\u{1b}]0;\u{1b}[31mx\u{7}", "x"),
        ("\u{1b}P\u{1b}]0;title\u{7}x", "x"),
        ("\u{1b}[3\t1mx", "x"),
        ("\u{1b}[3\u{18}1mx", "1mx"),
        // Removing one thing makes no other: neither an escape sequence nor a bidi control comes together again.
        ("\u{1b}\u{200b}[31mx", "x"),
        ("\u{1b}[\u{202e}31mx", "x"),
        ("\u{1b}\u{1b}[m[31mx", "[31mx"),
        // Other controls.
        ("bell\u{7}back\u{8}null\0del\u{7f}", "bellbacknulldel"),
        ("in\u{e}out\u{f}", "inout"),
        ("tab\tstays\u{1b}[1m\tx", "tab\tstays\tx"),
        // Line breaks of all sorts are one. A carriage return alone would overwrite the line.
        (
            "one\r\ntwo\rthree\u{2028}four\u{b}five\u{85}six\u{2029}seven\u{c}eight",
            "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight",
        ),
        ("ann: hello\rbob: bye", "ann: hello\nbob: bye"),
        ("a\r\r\n\rb", "a\n\n\nb"),
        // Bidi embeddings, overrides, isolates; the marks of direction stay, one at a time.
        ("a\u{202e}b\u{202c}\u{2066}c\u{2069}", "abc"),
        ("\u{202a}a\u{202b}b\u{202d}c\u{2067}d\u{2068}e", "abcde"),
        ("שלום\u{200f} a\u{200e}\u{200e}\u{200f}\u{61c}b", "שלום\u{200f} a\u{200e}b"),
        // Marks piled up: four above or below, eight in all; spread over joiners and selectors they count together.
        ("Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}a", "Z\u{300}\u{301}\u{302}\u{303}a"),
        ("Z\u{316}\u{301}\u{317}\u{303}\u{304}\u{305}", "Z\u{316}\u{301}\u{317}\u{303}"),
        ("ก\u{e49}\u{e49}\u{e49}\u{e49}\u{e49}\u{e49}", "ก\u{e49}\u{e49}\u{e49}\u{e49}"),
        (
            "x\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}",
            "x\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}\u{489}",
        ),
        (
            "a\u{301}\u{301}\u{200d}\u{301}\u{200d}\u{301}\u{200d}\u{301}",
            "a\u{301}\u{301}\u{200d}\u{301}\u{200d}\u{301}\u{200d}",
        ),
        ("a\u{301}\u{301}\u{301}\u{301}\u{200b}\u{301}", "a\u{301}\u{301}\u{301}\u{301}"),
        // A mark with nothing to stand on would sit on what is shown before the text.
        ("\u{301}\u{302}a", "a"),
        ("a\n\u{301}b\t\u{20dd}c", "a\nb\tc"),
        ("\u{200e}\u{301}a", "\u{200e}a"),
        // Invisible: zero width, word joiners and invisible operators, soft hyphens, fillers, byte order marks.
        ("pay\u{200b}pal\u{2060}\u{2061}\u{2062}\u{2063}\u{2064}\u{feff}", "paypal"),
        ("a\u{ad}b\u{34f}c\u{180e}d", "abcd"),
        ("a\u{115f}\u{1160}\u{3164}\u{ffa0}b\u{17b4}\u{17b5}", "ab"),
        ("a\u{206a}\u{206f}\u{fff9}b\u{fffa}c\u{fffb}", "abc"),
        ("a\u{1d173}\u{1bca0}\u{fff0}\u{2065}b", "ab"),
        // Tags spell nothing that anybody sees, except which flag.
        ("hi\u{e0001}\u{e0068}\u{e0069}\u{e007f}", "hi"),
        (
            "🏴\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}",
            "🏴\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}\u{e0061}",
        ),
        ("🏴\u{e0061}\u{e007f}\u{e0061}", "🏴\u{e0061}\u{e007f}"),
        // Variation selectors: one, on something. In a row they hide a message of their own.
        ("😀\u{fe0f}\u{e0101}\u{e0102}\u{fe00}", "😀\u{fe0f}"),
        ("\u{fe0f}a \u{fe0f}b\u{301}\u{fe0f}", "a b\u{301}"),
        // Joiners: one, between two things.
        ("\u{200d}a\u{200d}\u{200c}b\u{200c}", "a\u{200d}b"),
        ("a\u{200c} \u{200c}b\u{200d}\nc", "a b\nc"),
        // Noncharacters.
        ("a\u{fffe}b\u{ffff}c\u{fdd0}d\u{1fffe}e\u{10ffff}f", "abcdef"),
        ("a\u{fffe}\u{1b}[m\u{fffe}b", "ab"),
    ]);
}

/// What people write, each in their own way, is shown as they wrote it.
#[test]
fn what_people_write_stays() {
    let texts = [
        "Naïve café, œuvre, Straße, l’été – “so” … 21.5\u{a0}°C €5",
        "\tif x[0] != '\\n' {\n\t\treturn ~a ^ b | c;\n\t}",
        "中文，繁體字；𠮷野家",
        "日本語のカタカナ、か\u{3099}行",
        "한국어 \u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}",
        // Points; points and cantillation.
        "שָׁלוֹם עוֹלָם",
        "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים",
        "ש\u{5c1}\u{5bc}\u{5b8}\u{591}\u{5bd}",
        // Harakat; the signs of the Quran.
        "السَّلَامُ عَلَيْكُمْ",
        "ٱلرَّحْمَـٰنِ ل\u{651}\u{64e}\u{670}\u{653}",
        // Persian and Urdu: ZWNJ inside words.
        "می\u{200c}خواهم کتاب\u{200c}ها را",
        // Devanagari with ZWJ and ZWNJ, Bengali's ya-phalaa, Malayalam's older chillu at the end of a word.
        "हिन्दी क\u{94d}\u{200d}ष क\u{94d}\u{200c}ष",
        "র\u{200d}\u{9cd}য\u{9be}ম",
        "അവന\u{d4d}\u{200d} വന്നു അവന\u{d4d}\u{200d}",
        "ශ\u{dca}\u{200d}රී ලංකා",
        "தமிழ் తెలుగు ಕನ್ನಡ ગુજરાતી ਪੰਜਾਬੀ ଓଡ଼ିଆ",
        "ไทย น้ำ ที่นี่ ก็",
        "ພາສາລາວ ខ្មែរ ស្ត្រី",
        "မြန်မာ ကျွန်ုပ် လ\u{103b}\u{103e}\u{1031}\u{102c}\u{1037}\u{103a}",
        "བོད་སྐད ཧཱུྃ \u{f67}\u{f90}\u{fb5}\u{fa8}\u{fb3}\u{fba}\u{fbc}\u{fbb}\u{f82}",
        "ᠮᠣᠩᠭᠣᠯ\u{180b} ᠪᠢᠴᠢᠭ",
        "Tiếng Việt, Tie\u{302}\u{301}ng Vie\u{323}\u{302}t",
        "ɔ\u{303}\u{300}\u{30c} ᾧ α\u{313}\u{342}\u{345} ё й и\u{306}",
        "አማርኛ ქართული հայերեն ᏣᎳᎩ ߒߞߏ",
        // Emoji: families, skin tones, what one does, flags of countries, regions and others, keycaps, hearts.
        "👩\u{200d}👩\u{200d}👧 👍🏽 👩🏽\u{200d}🚀 🤷🏿\u{200d}♂\u{fe0f}",
        "🇨🇳 🏳\u{fe0f}\u{200d}🌈 🏴\u{200d}☠\u{fe0f} 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}!",
        "1\u{fe0f}\u{20e3} #\u{fe0f}\u{20e3} ❤\u{fe0f} ❤\u{fe0e} ❤\u{fe0f}\u{200d}🔥 👁\u{fe0f}\u{200d}🗨\u{fe0f}",
        // An ideograph in one of its forms; a symbol that looks like nothing else.
        "葛\u{e0100}城 ∮ ⠓⠑⠇⠇⠕ \u{1d11e}",
    ];
    for text in texts {
        assert_eq!(clean(text), text);
        assert_eq!(Text::new(text, &Limits::default()).unwrap().as_str(), text);
    }
}

#[test]
fn a_text_is_neither_empty_nor_too_long() {
    let limits = Limits { message_chars: 4, ..Limits::default() };
    assert_eq!(Text::new("12345", &limits), Err(InvalidText::TooLong { len: 5, max: 4 }));
    assert_eq!(Text::new("明明明明\r\n", &limits).unwrap().as_str(), "明明明明");
    assert_eq!(Text::new("\n  x\n", &limits).unwrap().as_str(), "  x", "the indentation of code stays");
    assert_eq!(Text::new("\u{202e}1\u{200b}2\u{200b}3\u{200b}4", &limits).unwrap().as_str(), "1234");
}

#[test]
fn what_shows_nothing_is_empty() {
    let limits = Limits::default();
    let nothing = [
        "",
        " \t\n ",
        "\n\u{1b}[1m ",
        "\u{200b}\u{2060}\u{feff}",
        "\u{200d}\u{200c}",
        "\u{200e} \u{200f}",
        "\u{3164}\u{ffa0}\u{115f}",
        "\u{2800}\u{2800} \u{2800}",
        "\u{a0}\u{2003}\u{3000}\u{1680}",
        "\u{301}\u{fe0f}\u{e0041}",
        "\u{1d159}",
    ];
    for text in nothing {
        assert_eq!(Text::new(text, &limits), Err(InvalidText::Empty), "{text:?}");
    }
    for text in [".", "\u{2800}\u{2801}", " \u{301}", "🏴"] {
        assert!(Text::new(text, &limits).is_ok(), "{text:?}");
    }
}

#[test]
fn a_text_in_pieces_is_the_same_text() {
    let text = "a\u{200d}b\u{301}\u{301}\u{301}\u{301}\u{301} 👩\u{200d}👩 🏴\u{e0067}\u{e007f} x\u{200c} y\n\u{301}z";
    for cut in text.char_indices().map(|(at, _)| at) {
        let mut filter = VisibleFilter::default();
        let (start, rest) = text.split_at(cut);
        assert_eq!(filter.feed(start) + &filter.feed(rest), clean(text), "cut at {cut}");
    }
}

fn is_reordering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Texts of what the rules are about, close together.
const TROUBLE: &str = "[ab \\n\\t\\r\\x00-\\x1f\\x7f-\\x9fPX^_;0-9m\\[\\]\\\\ักé明\u{300}-\u{310}\u{489}\u{591}\u{5bc}\
                       \u{94d}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{fe0f}\u{fffe}\u{2764}\u{1f3f4}\
                       \u{1f468}\u{e0061}\u{e007f}\u{e0100}]{0,80}";

proptest! {
    #[test]
    fn nothing_that_acts_survives(text in prop_oneof![Just("\\PC*"), Just(TROUBLE)].prop_flat_map(|regex| regex)) {
        let cleaned = clean(&text);
        prop_assert!(cleaned.chars().all(|c| c == '\n' || c == '\t' || (!c.is_control() && !is_reordering(c))));
        prop_assert!(cleaned.chars().count() <= text.chars().count(), "{cleaned:?}");
        prop_assert_eq!(clean(&cleaned), cleaned.clone(), "cleaning twice changes nothing");
        if let Ok(accepted) = Text::new(&text, &Limits::default()) {
            let again = Text::new(accepted.as_str(), &Limits::default());
            prop_assert_eq!(again, Ok(accepted), "what was accepted is accepted again as it is");
        }
    }
}
