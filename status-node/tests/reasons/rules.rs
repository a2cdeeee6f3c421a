//! What a sentence is to be like.

use crate::sources::{ReasonType, Variant};
use status_node::explain::reasons::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// Words with a capital inside or in front that are no names of ours.
const PROPER: [&str; 2] = ["PoW", "ChaChaPoly"];

/// Longer ones are not read.
const LONGEST: usize = 300;

/// What is wrong with the source of a reason, apart from its sentence's words.
pub(crate) fn wrong_in_source(path: &str, variant: &Variant) -> Vec<String> {
    let name = format!("{path}::{}", variant.name);
    let mut wrong = Vec::new();
    let Some(template) = &variant.sentence else {
        return wrong;
    };
    if template.is_transparent {
        return wrong;
    }
    // What stands in the text itself, without placeholders.
    let outside = template.text.split('{').map(|part| part.rsplit('}').next());
    let own = outside.flatten().collect::<String>();
    let words = own.split(|letter: char| !letter.is_alphabetic());
    let words = words.filter(|word| word.len() > 1).count();
    // `cannot {doing} {path}: {error}` is one: its placeholders are words.
    if words == 0 || words + template.text.matches('{').count() < 3 {
        wrong.push(format!("{name}: {:?} is no sentence", template.text));
    }
    for (index, field) in variant.fields.iter().enumerate() {
        let is_named = template.words.contains(&field.name)
            || ["}", ":", "."].iter().any(|end| {
                let placeholder = format!("{{{}{end}", field.name);
                template.text.contains(&placeholder)
            });
        // `.0` in an argument: the lexer leaves numbers out.
        let is_argument = field.name == index.to_string() && template.text.contains("{}");
        if !is_named && !is_argument {
            wrong.push(format!("{name}: its sentence leaves out {:?}", field.name));
        }
    }
    wrong
}

/// What is wrong with an example of a sentence.
pub(crate) fn wrong_in_words(
    reason: &Reason,
    variant: &Variant,
    names: &BTreeSet<&str>,
) -> Vec<String> {
    let sentence = reason.sentence.as_str();
    let mut wrong = Vec::new();
    let mut complain = |what: &str| {
        let name = format!("{}::{}", reason.type_name, reason.variant);
        wrong.push(format!("{name}: {sentence:?} {what}"));
    };
    if sentence.split_whitespace().count() < 2 {
        complain("is a mere name");
    }
    if sentence.trim() != sentence || sentence.chars().any(char::is_control) {
        complain("has white space around it, or control characters");
    }
    if sentence.ends_with(['.', '!', ':', ',', ';']) {
        complain("ends with a period or the like: it may stand inside another");
    }
    if sentence.len() > LONGEST {
        complain("is too long to be read");
    }
    if variant.fields.iter().any(|field| field.is_number) && !has_digit(sentence) {
        complain("lacks its numbers");
    }
    let shown = sentence.split(|letter: char| !letter.is_alphanumeric());
    for word in shown.filter(|word| !PROPER.contains(word)) {
        let humps = word.chars().filter(|letter| letter.is_uppercase()).count();
        let is_camel = humps > 1 && word.chars().any(char::is_lowercase);
        if is_camel && names.contains(word) {
            complain("has the name of a type or a variant in it, as Debug shows it");
        }
    }
    wrong
}

fn has_digit(text: &str) -> bool {
    text.chars().any(|letter| letter.is_ascii_digit())
}

/// Reasons that say the same as others. One that lets the reason inside speak is to say what that says.
pub(crate) fn repeated(reasons: &[Reason], types: &[ReasonType]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut said: BTreeMap<&str, &Reason> = BTreeMap::new();
    let transparent = |reason: &Reason| {
        let variant = variant_of(reason, types);
        let template = variant.and_then(|variant| variant.sentence.as_ref());
        template.is_some_and(|template| template.is_transparent)
    };
    for reason in reasons.iter().filter(|reason| !transparent(reason)) {
        if let Some(other) = said.insert(&reason.sentence, reason) {
            wrong.push(format!(
                "{:?} is said by {}::{} and by {}::{}",
                reason.sentence, other.type_name, other.variant, reason.type_name, reason.variant
            ));
        }
    }
    for reason in reasons.iter().filter(|reason| transparent(reason)) {
        if !said.contains_key(reason.sentence.as_str()) {
            wrong.push(format!(
                "{}::{}: {:?} is not what any reason of ours says",
                reason.type_name, reason.variant, reason.sentence
            ));
        }
    }
    let mut templates: BTreeMap<&str, String> = BTreeMap::new();
    for one in types {
        for variant in &one.variants {
            let name = format!("{}::{}", one.path, variant.name);
            if let Some(template) = &variant.sentence
                && !template.is_transparent
                && let Some(other) = templates.insert(&template.text, name.clone())
            {
                wrong.push(format!(
                    "{:?} is written at {other} and at {name}",
                    template.text
                ));
            }
        }
    }
    wrong
}

/// Where a reason stands in the sources.
pub(crate) fn variant_of<'a>(reason: &Reason, types: &'a [ReasonType]) -> Option<&'a Variant> {
    let one = types.iter().find(|one| one.path == reason.type_name)?;
    let mut variants = one.variants.iter();
    variants.find(|variant| variant.name == reason.variant)
}
