//! The contact sheet: all pictures on one page, to be looked at.

use std::fmt::Write as _;

use crate::states::STATES;

/// The page that shows these files, which are called `STATE-SIZE-THEME-LANGUAGE.png`.
pub(crate) fn sheet(files: &[String], missing: &[String]) -> String {
    let mut page = HEAD.to_owned();
    for line in missing {
        // Writing to a String can't fail.
        let _ = writeln!(page, "<p class=missing>{}</p>", escaped(line));
    }
    for state in &STATES {
        let own =
            |file: &&String| file.strip_prefix(state.name).is_some_and(|rest| rest[1..].starts_with(char::is_numeric));
        let _ = writeln!(page, "<h2 id={0}>{0}</h2>\n<div>", state.name);
        for file in files.iter().filter(own) {
            let name = file.trim_end_matches(".png");
            let _ = writeln!(page, "<a href={file}><img loading=lazy src={file} alt={name}><span>{name}</span></a>");
        }
        page += "</div>\n";
    }
    page
}

const HEAD: &str = "<!doctype html>
<meta charset=utf-8>
<title>Partyline: the page in all its states</title>
<style>
body { margin: 2rem; background: #808080; font: 14px/1.4 system-ui, sans-serif }
h2 { position: sticky; top: 0; margin: 2rem 0 0; padding: .5rem 0; background: #808080 }
div { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end }
a { color: inherit; text-decoration: none }
img { display: block; height: 400px }
.missing { color: #fff; background: #b00; padding: .5rem 1rem }
</style>
";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_is_under_its_own_state() {
        let files = ["room-1280x800-light-en.png", "room-chinese-390x844-dark-en.png"].map(str::to_owned);
        let page = sheet(&files, &["emoji, en: <none>".to_owned()]);
        let at = |text: &str| page.find(text).unwrap();
        assert!(at("<h2 id=room>") < at("src=room-1280") && at("src=room-1280") < at("<h2 id=room-chinese>"));
        assert!(at("<h2 id=room-chinese>") < at("src=room-chinese"));
        assert_eq!(page.matches("<img").count(), 2);
        assert!(page.contains("emoji, en: &lt;none>"));
    }
}
