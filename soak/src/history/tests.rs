use std::fs;
use std::io::Write as _;

use tempfile::TempDir;

use super::*;

/// Two programs and somebody in plain text, who see one drop: all is well.
fn good() -> Vec<(&'static str, Vec<String>)> {
    let from = |nick: &str| {
        let id = [nick.as_bytes()[0]; 16].map(|byte| format!("{byte:02x}")).concat();
        format!(r#""from":{{"id":"{id}","nick":"{nick}"}}"#)
    };
    let message = |kind: &str, seq: u32, nick: &str, text: &str| {
        format!(r#"{{"type":"{kind}","room":"r","seq":{seq},{},"text":"{text}"}}"#, from(nick))
    };
    let connected = |nick: &str| format!(r#"{{"type":"connected","nick":"{nick}","epoch":"e"}}"#);
    let joined = |head: u32| format!(r#"{{"type":"joined","room":"r","head":{head},"afresh":false}}"#);
    let said = |n: u32, text: &str| format!(r#"{{"type":"said","room":"r","ref":"{n}","text":"{text}"}}"#);
    let acknowledged = |n: u32, seq: u32| format!(r#"{{"type":"acknowledged","room":"r","ref":"{n}","seq":{seq}}}"#);
    let disconnected = r#"{"type":"disconnected"}"#.to_owned();
    let finished = r#"{"type":"finished"}"#.to_owned();
    let plain_said = |text: &str| format!(r#"{{"type":"said","room":"r","text":"{text}"}}"#);
    let receipt = |text: &str| format!(r#"{{"type":"receipt","text":"{text}"}}"#);
    let line = |nick: &str, text: &str| format!(r#"{{"type":"line","room":"r","nick":"{nick}","text":"{text}"}}"#);
    vec![
        (
            "ann",
            vec![
                r#"{"type":"client","dialect":"json"}"#.to_owned(),
                connected("ann"),
                joined(0),
                said(1, "a1"),
                acknowledged(1, 1),
                message("shown", 1, "ann", "a1"),
                message("heard", 2, "pat", "p1"),
                message("shown", 2, "pat", "p1"),
                said(2, "a2"),
                disconnected.clone(),
                connected("ann"),
                joined(4),
                message("shown", 3, "ann", "a2"),
                message("shown", 4, "bob", "b1"),
                said(2, "a2"),
                acknowledged(2, 3),
                message("heard", 5, "pat", "p2"),
                message("shown", 5, "pat", "p2"),
                message("heard", 6, "bob", "b3"),
                message("shown", 6, "bob", "b3"),
                finished.clone(),
            ],
        ),
        (
            "bob",
            vec![
                r#"{"type":"client","dialect":"web"}"#.to_owned(),
                connected("bob"),
                joined(3),
                message("shown", 2, "pat", "p1"),
                message("shown", 3, "ann", "a2"),
                message("shown", 1, "ann", "a1").replace(r#""seq""#, r#""above":true,"seq""#),
                said(1, "b1"),
                acknowledged(1, 4),
                message("shown", 4, "bob", "b1"),
                message("heard", 5, "pat", "p2"),
                message("shown", 5, "pat", "p2"),
                // Refused for now, and said again; and refused for good.
                said(2, "b2"),
                r#"{"type":"refused","ref":"2","why":"no"}"#.to_owned(),
                said(3, "b3"),
                r#"{"type":"refused","ref":"3","why":"later"}"#.to_owned(),
                said(3, "b3"),
                acknowledged(3, 6),
                message("shown", 6, "bob", "b3"),
                finished,
            ],
        ),
        (
            "pat",
            vec![
                r#"{"type":"client","dialect":"plain"}"#.to_owned(),
                r#"{"type":"connected","nick":"pat"}"#.to_owned(),
                line("ann", "a1"),
                plain_said("p1"),
                receipt("p1"),
                line("ann", "a2"),
                line("bob", "b1"),
                disconnected,
                r#"{"type":"connected","nick":"pat"}"#.to_owned(),
                line("bob", "b1"),
                plain_said("p2"),
                receipt("p2"),
                line("bob", "b3"),
            ],
        ),
        (
            "zledger",
            vec![
                r#"{"type":"client","dialect":"json"}"#.to_owned(),
                message("kept", 1, "ann", "a1"),
                message("kept", 2, "pat", "p1"),
                message("kept", 3, "ann", "a2"),
                message("kept", 4, "bob", "b1"),
                message("kept", 5, "pat", "p2"),
                message("kept", 6, "bob", "b3"),
                r#"{"type":"end","epoch":"e"}"#.to_owned(),
            ],
        ),
    ]
}

fn checked(journals: &[(&str, Vec<String>)]) -> Findings {
    check(written(journals).path()).unwrap()
}

fn written(journals: &[(&str, Vec<String>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, lines) in journals {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(folder.path().join(format!("{name}.jsonl")), text).unwrap();
    }
    folder
}

/// The good journals with some lines of one of them replaced: those that hold `part`, in their order. `None` takes
/// a line out.
fn with(name: &str, part: &str, instead: &[Option<(&str, &str)>]) -> Vec<(&'static str, Vec<String>)> {
    let mut journals = good();
    let (_, lines) = journals.iter_mut().find(|(other, _)| *other == name).unwrap();
    let mut instead = instead.iter();
    lines.retain_mut(|line| {
        if !line.contains(part) {
            return true;
        }
        match instead.next() {
            Some(Some((from, to))) => {
                assert!(line.contains(from), "{line} has no {from}");
                *line = line.replace(from, to);
                true
            }
            Some(None) => false,
            None => true,
        }
    });
    assert!(instead.next().is_none(), "not as many lines with {part}");
    journals
}

#[track_caller]
fn breaks(journals: &[(&str, Vec<String>)], rule: Rule) {
    let findings = checked(journals);
    assert_eq!(findings.rules(), [rule], "{findings}");
}

#[test]
fn a_good_history_is_good() {
    let findings = checked(&good());
    assert_eq!(findings.rules(), [], "{findings}");
    assert_eq!((findings.clients, findings.connections, findings.kept), (4, 5, 6));
    assert_eq!((findings.shown, findings.read_up), (17, 1));
    assert_eq!((findings.said, findings.resent, findings.acknowledged, findings.recognised), (7, 2, 6, 1));
}

#[test]
fn a_last_line_without_its_end_is_fine_and_one_before_it_is_not() {
    let folder = written(&good());
    let path = folder.path().join("ann.jsonl");
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(br#"{"type":"sai"#).unwrap();
    assert_eq!(check(folder.path()).unwrap().rules(), []);
    file.write_all(b"\n").unwrap();
    assert!(matches!(check(folder.path()), Err(CheckError::Line { line: 22, .. })));
}

#[test]
fn without_a_whole_history_there_is_nothing_to_say() {
    let mut journals = good();
    journals.last_mut().unwrap().1.pop();
    assert!(matches!(check(written(&journals).path()), Err(CheckError::NoLedger(_))));
}

#[test]
fn what_was_acknowledged_must_be_there() {
    // Said, acknowledged, seen by nobody else, and gone.
    let mut journals = good();
    let ann = &mut journals[0].1;
    ann.insert(18, r#"{"type":"said","room":"r","ref":"3","text":"a3"}"#.to_owned());
    ann.insert(ann.len() - 1, r#"{"type":"acknowledged","room":"r","ref":"3","seq":7}"#.to_owned());
    breaks(&journals, Rule::Lost);
    // The same in plain text.
    journals = good();
    journals[2].1.push(r#"{"type":"said","room":"r","text":"p3"}"#.to_owned());
    journals[2].1.push(r#"{"type":"receipt","text":"p3"}"#.to_owned());
    breaks(&journals, Rule::Lost);
}

#[test]
fn a_number_stays() {
    let another = Some((r#""seq":3"#, r#""seq":2"#));
    breaks(&with("ann", r#""acknowledged""#, &[Some(("1", "1")), another]), Rule::Renumbered);
}

#[test]
fn what_was_said_once_is_there_once() {
    let mut journals = good();
    let again = journals[3].1[3].replace(r#""seq":3"#, r#""seq":7"#);
    journals[3].1.insert(7, again);
    journals[0].1.pop();
    journals[1].1.pop();
    breaks(&journals, Rule::Doubled);
}

#[test]
fn what_somebody_says_is_there_in_the_order_they_said_it() {
    // What ann said second was first, to everybody; nothing was acknowledged.
    let mut journals = good();
    for (_, lines) in &mut journals[1..] {
        for line in lines {
            let swapped = line.replace(r#""a1""#, r#""a0""#).replace(r#""a2""#, r#""a1""#);
            *line = swapped.replace(r#""a0""#, r#""a2""#);
        }
    }
    let pat = &mut journals[2].1;
    pat.retain(|line| !line.contains(r#""ann""#));
    let said = |line: &String| ["client", "connected", "joined", "said"].iter().any(|kind| line.contains(kind));
    journals[0].1.retain(said);
    breaks(&journals, Rule::Reordered);
    let mut journals = with("pat", r#""said""#, &[Some(("p1", "p2")), Some(("p2", "p1"))]);
    journals[2].1.retain(|line| !line.contains("receipt"));
    breaks(&journals, Rule::Reordered);
}

#[test]
fn nothing_is_missing_between_two_that_are_shown() {
    breaks(&with("bob", r#""shown","room":"r","seq":4"#, &[None]), Rule::Gap);
    breaks(&with("ann", r#""heard","room":"r","seq":5"#, &[None]), Rule::Gap);
    breaks(&with("pat", r#""nick":"ann","text":"a2""#, &[None]), Rule::Gap);
    // The last one is missing to somebody who left in good order.
    let mut journals = with("ann", r#""heard","room":"r","seq":6"#, &[None]);
    journals[0].1.retain(|line| !line.contains(r#""shown","room":"r","seq":6"#));
    breaks(&journals, Rule::Gap);
}

#[test]
fn nothing_is_shown_twice() {
    for (name, part) in [
        ("ann", r#""shown","room":"r","seq":5"#),
        ("ann", r#""heard","room":"r","seq":5"#),
        ("pat", r#""nick":"ann","text":"a2""#),
    ] {
        let mut journals = good();
        let (_, lines) = journals.iter_mut().find(|(other, _)| *other == name).unwrap();
        let at = lines.iter().position(|line| line.contains(part)).unwrap();
        lines.insert(at + 1, lines[at].clone());
        breaks(&journals, Rule::Repeated);
    }
}

#[test]
fn what_was_shown_stays() {
    let mut journals = good();
    let last = journals[0].1[19].replace(r#""seq":6"#, r#""seq":7"#).replace("b3", "b4");
    journals[0].1.insert(20, last);
    breaks(&journals, Rule::Gone);
    journals = good();
    journals[2].1.push(r#"{"type":"line","room":"r","nick":"bob","text":"b4"}"#.to_owned());
    breaks(&journals, Rule::Gone);
}

#[test]
fn a_number_is_the_same_to_everybody() {
    breaks(&with("bob", r#""shown","room":"r","seq":5"#, &[Some(("p2", "p9"))]), Rule::Differs);
}

#[test]
fn what_was_refused_is_not_there() {
    // Refused, never said again, never acknowledged; and there.
    let mut journals = good();
    let bob = &mut journals[1].1;
    let last = bob.iter().rposition(|line| line.contains(r#""said","room":"r","ref":"3""#)).unwrap();
    bob.drain(last..);
    breaks(&journals, Rule::FalseRefusal);
}

#[test]
fn what_is_there_was_said() {
    let mut journals = with("ann", r#""said","room":"r","ref":"1""#, &[None]);
    journals[0].1.retain(|line| !line.contains(r#""acknowledged","room":"r","ref":"1""#));
    // The number that went by unnoticed is a gap on the wire; not so where all that is over when ann connects.
    journals[0].1[2] = journals[0].1[2].replace(r#""head":0"#, r#""head":1"#);
    breaks(&journals, Rule::Unsaid);
}

#[test]
fn numbers_are_one_after_the_other() {
    let mut journals = with("zledger", r#""seq":6"#, &[Some((r#""seq":6"#, r#""seq":7"#))]);
    for (_, lines) in &mut journals[..3] {
        lines.retain(|line| !line.contains(r#""seq":6"#) && !line.contains("finished"));
    }
    breaks(&journals, Rule::Numbering);
}

#[test]
fn nobody_starts_afresh_in_the_same_log() {
    breaks(&with("ann", r#""joined""#, &[Some(("r", "r")), Some(("false", "true"))]), Rule::Afresh);
}

#[test]
fn the_log_stays_the_same() {
    // Who was connected to another one starts afresh, and what they had is gone all the same.
    let mut journals = good();
    for line in &mut journals[0].1[..10] {
        *line = line.replace(r#""epoch":"e""#, r#""epoch":"old""#);
    }
    breaks(&journals, Rule::AnotherLog);
}
