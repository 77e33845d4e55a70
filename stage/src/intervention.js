// What a stage needs of the network between page and server, and no server would do on demand. Runs before the page does.
window.stage = { hold: null, refuse: null };
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
    // Nobody answers a page whose hello is kept back: it goes on loading.
    if (sessionStorage.getItem("stage-deaf")) return;
    const command = typeof data === "string" ? JSON.parse(data) : {};
    const is = (text) => text && command.type === "say" && command.text.includes(text);
    if (is(window.stage.hold)) return;
    if (is(window.stage.refuse)) {
        const refused = { type: "refused", code: "bad_text", text: "the server keeps nothing of this kind", ref: command.ref, room: command.room };
        setTimeout(() => this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(refused) })), 0);
        return;
    }
    send.call(this, data);
};
