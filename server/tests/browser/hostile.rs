//! Whatever people are called and say, the page shows it as text.

use std::collections::HashMap;
use std::net::UdpSocket;

use naughty_strings::BLNS;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{Server, Socket, Web, say};

/// So many texts at a time: the page keeps no more than a few hundred rows.
const BATCH: usize = 80;

/// Looks at whatever comes to be in the page, when it does: what isn't the page's own is noted, as is what was tried.
const WATCH: &str = r"
    window.strange = []; window.tried = [];
    window.fooled = () => tried.push('fooled');
    for (const way of ['alert', 'confirm', 'prompt', 'print', 'open']) window[way] = () => tried.push(way);
    addEventListener('securitypolicyviolation', e => tried.push(`${e.violatedDirective} ${e.blockedURI}`));
    const acts = 'script iframe frame frameset object embed portal img image picture video audio source track base meta \
                  link style template math foreignobject animate set use marquee keygen isindex title plaintext xmp'.split(' ');
    const inText = 'div p strong em s code pre blockquote ul ol li a bdi button span time'.split(' ');
    const ofText = 'class dir href rel target value type tabindex role data-testid datetime title'.split(' ');
    const look = node => {
        if (node.nodeType !== Node.ELEMENT_NODE || !document.body?.contains(node)) return;
        const name = node.localName;
        if (acts.includes(name)) strange.push(node.outerHTML);
        if (name === 'svg' && node.getAttribute('class') !== 'icon') strange.push(node.outerHTML);
        const text = node.closest('.text, bdi, .notice-text');
        if (text && !inText.includes(name) && !node.closest('svg.icon')) strange.push(node.outerHTML);
        for (const { name: attribute, value } of node.attributes) {
            const is_own = !attribute.startsWith('on') && !['srcdoc', 'src', 'action', 'formaction', 'ping', 'background', 'xlink:href'].includes(attribute);
            const in_text = !text || node.closest('svg.icon') || ofText.includes(attribute) || attribute.startsWith('aria-');
            const leads = attribute !== 'href' || /^($|https?:\/\/|mailto:|\/r\/|#composer$)/i.test(value);
            const safely = node.target !== '_blank' || node.rel === 'noopener noreferrer';
            if (!is_own || !in_text || !leads || !safely) strange.push(node.outerHTML);
        }
        node.childNodes.forEach(look);
    };
    new MutationObserver(records => {
        for (const record of records) {
            record.addedNodes.forEach(look);
            if (record.type === 'attributes' && record.attributeName !== 'style') look(record.target);
        }
    }).observe(document, { subtree: true, childList: true, attributes: true });
";

/// What was noted. Everything that the page has asked for is from where it is from.
const NOTED: &str = r"
    const elsewhere = performance.getEntriesByType('resource').map(e => e.name).filter(url => new URL(url).host !== location.host);
    return [[...new Set(strange)].slice(0, 5), tried, elsewhere, document.querySelectorAll('head title, base').length]
";

/// The texts of all messages by their numbers, with the addresses that something else stands for.
const SHOWN: &str = r"
    return Object.fromEntries([...document.querySelectorAll('[data-testid=message]')].map(message => {
        const copy = message.querySelector('[data-testid=message-text]').cloneNode(true);
        for (const link of copy.querySelectorAll('a.link[target]'))
            if (link.textContent !== link.getAttribute('href')) link.append(link.getAttribute('href'));
        return [message.dataset.seq, copy.textContent];
    }))
";

/// The texts of this project's own list.
fn own() -> Vec<String> {
    let lines = include_str!("payloads.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(|line| line.replace("\\n", "\n").replace("\\t", "\t")).collect()
}

pub(crate) async fn everything_stays_text() {
    let own = own();
    let all: Vec<&str> = own.iter().map(String::as_str).chain(BLNS.iter().copied()).collect();
    assert!(own.len() > 150 && all.len() > 600, "{} and {}", own.len(), all.len());
    let fast = ["--burst", "100000", "--per-second", "0", "--requests-per-second", "0", "--read-bytes-per-second", "0"];
    let mut server = Server::start(&[&["--listen", "udp:127.0.0.1:0"], fast.as_slice()].concat());
    let udp = server.listens_also();
    let page = Browser::start().await;
    page.cdp("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH})).await;
    page.driver.goto(format!("http://{}/", server.address)).await.unwrap();
    page.find("nick-input").await.send_keys("ann").await.unwrap();
    page.find("nick-submit").await.click().await.unwrap();
    page.online().await;
    let test = Test { page, server };
    test.texts(&all, &own, udp.strip_prefix("udp:").unwrap()).await;
    test.nicks(&all).await;
    test.rooms(&all).await;
    let console = test.page.driver.browser_log().await.unwrap();
    // Chromium says of each page that trunk's hints carry a hash which it doesn't look at.
    let of_hint = |text: &str| text.contains("`integrity` attribute is currently ignored for preload");
    let complains = |level: &str| level != "INFO" && level != "DEBUG";
    let complaints: Vec<_> =
        console.iter().filter(|entry| complains(&entry.level) && !of_hint(&entry.message)).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    test.page.quit().await;
}

struct Test {
    page: Browser,
    server: Server,
}

impl Test {
    async fn nothing_happened(&self, what: &str) {
        assert_eq!(self.page.script(NOTED).await, json!([[], [], [], 1]), "{what}");
    }

    /// Said by every door; all of it is there to be read.
    async fn texts(&self, all: &[&str], own: &[String], udp: &str) {
        let address = self.server.address;
        let mut watcher = Socket::json_in(address, "watcher", "lobby");
        let mut json = Socket::json_in(address, "json-bot", "lobby");
        for (n, batch) in all.chunks(BATCH).enumerate() {
            let mut taken = 0;
            for (m, text) in batch.iter().enumerate() {
                json.send_json(&say("lobby", text, &format!("{n}-{m}")));
                // Some are refused: there is nothing to see in them.
                taken += usize::from(answer(|| json.json()));
            }
            let end = format!("end of batch {n}");
            json.send_json(&say("lobby", &end, &format!("{n}-end")));
            self.are_shown(taken, &end, &mut watcher).await;
        }
        let mut web = Web::join(address, "web-bot", "lobby");
        let mut plain = Socket::plain_in(address, "plain-bot");
        let device = UdpSocket::bind("127.0.0.1:0").unwrap();
        device.connect(udp).unwrap();
        for (n, batch) in own.chunks(BATCH).enumerate() {
            for (m, text) in batch.iter().enumerate() {
                let reference = format!("{n}-{m}");
                web.send(
                    &json!({"type": "say", "room": "lobby", "text": text, "ref": reference, "action": m % 2 == 1}),
                );
            }
            let end = format!("end by web {n}");
            web.send(&say("lobby", &end, &format!("{n}-end")));
            self.are_shown(batch.len(), &end, &mut watcher).await;
            let end = format!("end by plain {n}");
            plain.send(format!("{}\n{end}\n", batch.join("\n")));
            self.are_shown(batch.len(), &end, &mut watcher).await;
            for text in batch {
                device.send(text.as_bytes()).unwrap();
            }
            let end = format!("end by datagram {n}");
            device.send(end.as_bytes()).unwrap();
            self.are_shown(batch.len(), &end, &mut watcher).await;
        }
        // And by the page itself, which draws it before the server has it.
        for text in own.iter().filter(|text| text.is_ascii() && !text.contains(['\n', '\t'])).take(5) {
            self.page.say(text).await;
        }
        self.page.say("end by hand").await;
        self.page.message("end by hand").await;
        self.nothing_happened("by hand").await;
    }

    /// What was said since the last time, so many messages at least, is there, letter by letter. What the page adds of its
    /// own is between.
    async fn are_shown(&self, least: usize, end: &str, watcher: &mut Socket) {
        let mut said = Vec::new();
        loop {
            let message = watcher.event("message");
            let text = message["text"].as_str().unwrap().to_owned();
            if text == end {
                break;
            }
            said.push((message["seq"].to_string(), text));
        }
        assert!(said.len() >= least, "{} of {least}", said.len());
        self.page.message(end).await;
        let shown: HashMap<String, String> = serde_json::from_value(self.page.script(SHOWN).await).unwrap();
        for (seq, text) in said {
            let shown = shown.get(&seq).unwrap_or_else(|| panic!("{text:?} isn't shown"));
            let mut letters = shown.chars();
            let is_there = text.chars().filter(|c| c.is_alphabetic()).all(|c| letters.any(|other| other == c));
            assert!(is_there, "{text:?} is shown as {shown:?}");
        }
        self.nothing_happened(end).await;
    }

    /// Hardly any may be somebody's, and whoever takes one is in the list of members, and speaks.
    async fn nicks(&self, all: &[&str]) {
        let mut json = Socket::json_in(self.server.address, "renamed", "lobby");
        let mut plain = Socket::plain_in(self.server.address, "plain-renamed");
        let mut refused = 0;
        for (n, nick) in all.iter().enumerate() {
            json.send_json(&json!({"type": "nick", "nick": nick}));
            json.send_json(&say("lobby", &format!("I am number {n}"), &format!("nick-{n}")));
            loop {
                let event = json.json();
                refused += usize::from(event["type"] == "refused");
                if event["ref"] == format!("nick-{n}") {
                    break;
                }
            }
        }
        for nick in all {
            let line = nick.replace(['\n', '\r'], " ");
            plain.send(format!("/nick {line}\n/me is {line}\n"));
            let mut hello = Socket::connect(self.server.address);
            hello.send_json(&json!({"type": "hello", "nick": nick}));
            hello.send_json(&json!({"type": "join", "room": "lobby"}));
            hello.json();
        }
        plain.send("end of nicks\n");
        self.page.message("end of nicks").await;
        assert!(refused > all.len() / 2 && refused < all.len(), "some of them are names: {refused}");
        self.nothing_happened("nicks").await;
    }

    /// By a socket, where members are told of it; by the page's field; by the address.
    async fn rooms(&self, all: &[&str]) {
        let mut json = Socket::json_in(self.server.address, "mover", "lobby");
        for room in all {
            json.send_json(&json!({"type": "join", "room": room}));
            if answer(|| json.json()) {
                json.send_json(&json!({"type": "part", "room": room}));
            }
        }
        let script = "const [texts, done] = arguments; const field = document.querySelector(\"[data-testid='join-input']\"); \
                      for (const text of texts) { field.value = text; field.form.requestSubmit(); } \
                      requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        for batch in all.chunks(BATCH) {
            self.page.driver.execute_async(script, vec![json!(batch)]).await.unwrap();
            self.nothing_happened("the field for rooms").await;
        }
        for room in
            ["\"><img src=x onerror=fooled()>", "<script>fooled()</script>", "javascript:fooled()", "..//evil.invalid"]
        {
            let path: String = room.bytes().map(|byte| format!("%{byte:02x}")).collect();
            self.page.driver.goto(format!("http://{}/r/{path}", self.server.address)).await.unwrap();
            self.page.online().await;
            self.nothing_happened(room).await;
        }
    }
}

/// Reads events up to the answer to what was asked last, and returns whether that was granted.
fn answer(mut next: impl FnMut() -> Value) -> bool {
    loop {
        let event = next();
        match event["type"].as_str().unwrap() {
            "sent" | "joined" => return true,
            "refused" => return false,
            _ => {}
        }
    }
}
