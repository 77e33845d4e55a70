//! What hides or piles up: invisible characters, and marks without end on one letter.

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Marks on one character. What real spelling asks for: Vietnamese 2, Arabic with all its signs 4, a biblical Hebrew
/// letter 5, a Burmese syllable 7, and the largest stacks of Tibetan 8, which is written with marks below marks.
/// (Unicode's stream-safe format allows 30, but that is for the sake of buffers, not of readers.)
const MARKS: usize = 8;
/// Those among them that pile up, each above or below the one before, into other people's lines. Vietnamese needs 2,
/// phonetic transcription 3.
const PILED: usize = 4;
/// Tags that a flag takes: `gbeng` and the like, and the one that ends it (UTS 51, `emoji_tag_sequence`).
const TAGS: usize = 7;

/// Unicode's `Default_Ignorable_Code_Point`: characters that show as nothing.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text of nothing but such characters looks empty: white space, what is invisible, and the letters and
/// signs whose picture is blank (of Braille, of music).
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c) || matches!(c, '\u{2800}' | '\u{1d159}')
}

/// What a character does among others.
#[derive(Clone, Copy, Debug)]
enum Sort {
    /// A line break or a tab.
    Break,
    Space,
    /// Shows by itself, and carries marks.
    Base,
    /// Combines with what stands before it.
    Mark,
    /// Chooses between two forms of what stands before it: a heart in black or in red.
    Selector,
    /// ZWJ and ZWNJ: joins or parts its neighbours. Emoji of several, Persian and the scripts of India need them.
    Joiner,
    /// LRM, RLM, ALM: which way to read, where numbers or signs leave that open. They reorder nothing else.
    Direction,
    /// Spells out which flag.
    Tag,
    /// Goes: the rest of what is invisible, with the bidi embeddings, overrides and isolates, which can show a line in
    /// another order than it was said in, past its own end; interlinear annotation; noncharacters; controls, where any
    /// are left.
    Nothing,
}

impl Sort {
    fn of(c: char) -> Self {
        match c {
            '\n' | '\t' => Self::Break,
            ' ' => Self::Space,
            // Most of what is said, without a look into tables: Latin, Chinese, Korean.
            '!'..='~'
            | '\u{a1}'..='\u{ac}'
            | '\u{ae}'..'\u{300}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}' => Self::Base,
            '\u{200c}' | '\u{200d}' => Self::Joiner,
            '\u{200e}' | '\u{200f}' | '\u{61c}' => Self::Direction,
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => {
                Self::Selector
            }
            '\u{e0020}'..='\u{e007f}' => Self::Tag,
            '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' => Self::Nothing,
            _ if c.is_control() || is_invisible(c) || (u32::from(c) & 0xfffe) == 0xfffe => Self::Nothing,
            _ if c.is_whitespace() => Self::Space,
            _ if is_combining_mark(c) => Self::Mark,
            _ => Self::Base,
        }
    }
}

/// What was let through last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Space,
    Base,
    Mark,
    Selector,
    Joiner,
    Direction,
    /// A black flag, with so many tags.
    Flag(usize),
}

/// Lets through of a text what shows, and of what doesn't show as much as real writing needs. What it drops leaves no
/// trace in it, so what it let through once it lets through again. It expects a text without controls
/// ([`super::strip_controls`]), in any pieces.
#[derive(Clone, Debug, Default)]
pub struct VisibleFilter {
    last: Last,
    /// A joiner that stays if something follows it.
    joiner: Option<char>,
    /// There is something on this line for marks to stand on.
    based: bool,
    marks: usize,
    piled: usize,
}

impl VisibleFilter {
    /// The next piece of a text, filtered. A joiner at its end comes with what follows it, if anything does.
    pub fn feed(&mut self, text: &str) -> String {
        let mut kept = String::with_capacity(text.len());
        for c in text.chars() {
            self.take(c, &mut kept);
        }
        kept
    }

    fn take(&mut self, c: char, kept: &mut String) {
        let sort = Sort::of(c);
        if !self.admits(c, sort) {
            return;
        }
        if let Some(joiner) = self.joiner.take()
            && !matches!(sort, Sort::Break | Sort::Space)
        {
            kept.push(joiner);
        }
        // At the end of a word a joiner means nothing, except on a mark that silences a vowel: there it chooses the
        // letter's form (the older spelling of Malayalam).
        if matches!(sort, Sort::Joiner) && self.last != Last::Mark {
            self.joiner = Some(c);
            return;
        }
        kept.push(c);
        match sort {
            Sort::Break => *self = Self::default(),
            Sort::Space => *self = Self { last: Last::Space, based: true, ..Self::default() },
            Sort::Base => {
                let last = if c == '\u{1f3f4}' { Last::Flag(0) } else { Last::Base };
                *self = Self { last, based: true, ..Self::default() };
            }
            Sort::Mark => {
                self.last = Last::Mark;
                self.marks += 1;
                self.piled += usize::from(piles_up(c));
            }
            Sort::Selector => self.last = Last::Selector,
            Sort::Joiner => self.last = Last::Joiner,
            Sort::Direction => self.last = Last::Direction,
            Sort::Tag => {
                let Last::Flag(tags) = self.last else { return };
                self.last = if c == '\u{e007f}' { Last::Base } else { Last::Flag(tags + 1) };
            }
            Sort::Nothing => {}
        }
    }

    fn admits(&self, c: char, sort: Sort) -> bool {
        match sort {
            Sort::Break | Sort::Space | Sort::Base => true,
            Sort::Mark => self.based && self.marks < MARKS && (self.piled < PILED || !piles_up(c)),
            Sort::Selector => self.joiner.is_none() && matches!(self.last, Last::Base | Last::Flag(0)),
            Sort::Joiner => {
                self.joiner.is_none() && matches!(self.last, Last::Base | Last::Mark | Last::Selector | Last::Flag(_))
            }
            Sort::Direction => self.last != Last::Direction,
            Sort::Tag => self.joiner.is_none() && matches!(self.last, Last::Flag(tags) if tags < TAGS),
            Sort::Nothing => false,
        }
    }
}

/// Whether a second mark of this sort stands above or below the first. Those of combining class 0 mostly don't (the
/// vowels of India, Tibet's stacks), and the points of Hebrew, Arabic and Syriac have a place each.
fn piles_up(mark: char) -> bool {
    !matches!(canonical_combining_class(mark), 0 | 10..=36)
}
