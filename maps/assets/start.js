/* Start when the page is there; say so when it cannot. */
"use strict";
function startTongtu(map) {
  const fail = (error) => {
    document.body.classList.add("failed");
    const note = document.getElementById("failure");
    note.hidden = false;
    note.append(document.createTextNode(" (" + (error && error.message) + ")"));
  };
  if (typeof DecompressionStream === "undefined") { fail(new Error("DecompressionStream")); return; }
  const started = performance.now(), address = location.hash;
  Payload.open(document.getElementById("tongtu-data").textContent).then(({ header, sections }) => {
    const app = window.tongtu = new TongtuMap(map, header, sections);
    app.home();
    if (address.length > 1) { app.recall(address); app.refresh(); }
    app.started = true;
    document.body.dataset.ready = String(Math.round(performance.now() - started));
  }).catch(fail);
}
