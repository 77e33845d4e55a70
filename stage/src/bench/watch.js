// Notes what the page shows and when it was painted, from the start of the navigation on. Runs before the page does.
window.watched = { painted: 0, first: null, last: null, most: 0, gap: 0, memory: null };
{
    const isRow = (node) => node.nodeType === 1 && (node.matches("[data-testid='message']") || node.querySelector("[data-testid='message']"));
    // The frame after the next one begins once the next one is painted.
    const painted = (then) => requestAnimationFrame(() => requestAnimationFrame(() => then(performance.now())));
    new MutationObserver((changes) => {
        if (!changes.some((change) => [...change.addedNodes].some(isRow))) return;
        const rows = document.querySelectorAll("[data-testid='message']");
        const last = rows.item(rows.length - 1)?.textContent;
        watched.most = Math.max(watched.most, rows.length);
        painted((at) => {
            watched.painted = at;
            watched.first ??= at;
            watched.last = last;
        });
    }).observe(document, { childList: true, subtree: true });
    let before = null;
    const frame = (at) => {
        if (before !== null) watched.gap = Math.max(watched.gap, at - before);
        before = at;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    for (const name of ["instantiate", "instantiateStreaming"]) {
        const original = WebAssembly[name];
        WebAssembly[name] = async (...all) => {
            const made = await original.apply(WebAssembly, all);
            watched.memory = (made.instance ?? made).exports.memory;
            return made;
        };
    }
}
