//! The texts of all languages, from Fluent files (<https://projectfluent.org>) to a table that the page carries.
//!
//! Fluent's own runtime would add 49 KB (brotli) to the page, a third of what it may weigh, for what two languages don't
//! need. What is used of the format is names and plurals; whatever else stands in a file is refused here, where the page
//! is built.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::{parser, unicode};

/// In a text of the table: a placeholder follows, as the digit of its argument.
pub(crate) const ARGUMENT: char = '\u{1}';
/// The digit of the argument that a plural goes by follows, and then the cases.
pub(crate) const PLURAL: char = '\u{2}';
/// A case: what it is for follows up to [`THEN`], and then its text.
pub(crate) const CASE: char = '\u{3}';
/// Ends what a case is for.
pub(crate) const THEN: char = '\u{4}';
/// Ends a plural.
pub(crate) const END: char = '\u{5}';

/// Most arguments of a text: each is one digit.
const MOST_ARGUMENTS: usize = 10;

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// The names of what it says, in alphabetical order.
    pub(crate) arguments: Vec<String>,
    /// It, with the marks above.
    pub(crate) pattern: String,
}

/// The texts of one language by key.
pub(crate) type Catalogue = BTreeMap<String, Text>;

/// Adds the texts of a file to a catalogue. `cases` are the plural categories of the language.
///
/// # Errors
/// What is wrong with the file, for whoever wrote it.
pub(crate) fn read(into: &mut Catalogue, source: &str, cases: &[&str]) -> Result<(), String> {
    let resource = parser::parse(source).map_err(|(_, errors)| format!("{errors:?}"))?;
    for entry in resource.body {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            Entry::Term(term) => return Err(format!("-{}: the page knows no terms", term.id.name)),
            Entry::Junk { content } => return Err(format!("not Fluent: {content}")),
        };
        let key = message.id.name.to_owned();
        let value = message.value.filter(|_| message.attributes.is_empty());
        let text = value.ok_or("the page knows no attributes".to_owned()).and_then(|value| encode(&value, cases));
        let text = text.map_err(|error| format!("{key}: {error}"))?;
        if into.insert(key.clone(), text).is_some() {
            return Err(format!("{key} is there twice"));
        }
    }
    Ok(())
}

/// Says what is in one language and not in the other, or says other things there.
pub(crate) fn differences(one: &Catalogue, other: &Catalogue) -> Vec<String> {
    let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let difference = |key: &String| match (one.get(key), other.get(key)) {
        (Some(one), Some(other)) if one.arguments == other.arguments => None,
        (Some(one), Some(other)) => Some(format!("{key}: {:?} here, {:?} there", one.arguments, other.arguments)),
        (Some(_), None) => Some(format!("{key}: missing in the second language")),
        (None, _) => Some(format!("{key}: missing in the first language")),
    };
    keys.into_iter().filter_map(difference).collect()
}

fn encode(pattern: &Pattern<&str>, cases: &[&str]) -> Result<Text, String> {
    let mut arguments = BTreeSet::new();
    collect(pattern, &mut arguments)?;
    if arguments.len() > MOST_ARGUMENTS {
        return Err(format!("more than {MOST_ARGUMENTS} arguments"));
    }
    let mut encoder = Encoder { arguments: arguments.into_iter().collect(), cases, pattern: String::new() };
    encoder.pattern(pattern, false)?;
    Ok(Text { arguments: encoder.arguments, pattern: encoder.pattern })
}

/// The names that a pattern uses.
fn collect(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) -> Result<(), String> {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { .. } => {}
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                if let InlineExpression::VariableReference { id } = inline {
                    names.insert(id.name.to_owned());
                }
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                let InlineExpression::VariableReference { id } = selector else {
                    return Err("a choice goes by a number that the page gives".to_owned());
                };
                names.insert(id.name.to_owned());
                for variant in variants {
                    collect(&variant.value, names)?;
                }
            }
        }
    }
    Ok(())
}

struct Encoder<'a> {
    arguments: Vec<String>,
    cases: &'a [&'a str],
    pattern: String,
}

impl Encoder<'_> {
    fn pattern(&mut self, pattern: &Pattern<&str>, inside: bool) -> Result<(), String> {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.text(value)?,
                PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
                    InlineExpression::StringLiteral { value } => {
                        let mut text = String::new();
                        unicode::unescape_unicode(&mut text, value).map_err(|error| error.to_string())?;
                        self.text(&text)?;
                    }
                    InlineExpression::VariableReference { id } => self.mark(ARGUMENT, id.name),
                    _ => return Err("the page knows names, quoted text and plurals, no more".to_owned()),
                },
                PatternElement::Placeable { expression: Expression::Select { .. } } if inside => {
                    return Err("a plural in a plural".to_owned());
                }
                PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                    if let InlineExpression::VariableReference { id } = selector {
                        self.mark(PLURAL, id.name);
                    }
                    let mut named = Vec::new();
                    for variant in variants {
                        let (VariantKey::Identifier { name: case } | VariantKey::NumberLiteral { value: case }) =
                            &variant.key;
                        let is_number = case.parse::<u64>().is_ok();
                        if !is_number && !self.cases.contains(case) {
                            return Err(format!("{case} is no case of this language: {:?}", self.cases));
                        }
                        if variant.default != (*case == "other") {
                            return Err("what is marked with * must be `other`".to_owned());
                        }
                        named.extend((!is_number).then_some(*case));
                        self.pattern.extend([CASE]);
                        self.pattern.push_str(case);
                        self.pattern.push(THEN);
                        self.pattern(&variant.value, true)?;
                    }
                    if let Some(lacking) = self.cases.iter().find(|case| !named.contains(case)) {
                        return Err(format!("a plural without {lacking}"));
                    }
                    self.pattern.push(END);
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        if text.contains(|char: char| char.is_control() && char != '\n') {
            return Err("a control character".to_owned());
        }
        self.pattern.push_str(text);
        Ok(())
    }

    fn mark(&mut self, mark: char, name: &str) {
        // `collect` has seen to it that there is such an argument, and that its place is one digit.
        let place = self.arguments.iter().position(|known| known == name).unwrap_or_default();
        self.pattern.push(mark);
        self.pattern.push_str(&place.to_string());
    }
}
