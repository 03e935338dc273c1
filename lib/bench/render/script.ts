/** The page's one script: arrow keys walk through a text. Without it tokens have their titles, and the lists below them. */
export const SCRIPT = `
for (const trace of document.querySelectorAll(".trace")) {
  const tokens = trace.children;
  const output = trace.nextElementSibling;
  let at = -1;
  const show = (to) => {
    if (tokens.length === 0) return;
    tokens[at]?.classList.remove("on");
    at = Math.max(0, Math.min(tokens.length - 1, to));
    const token = tokens[at];
    token.classList.add("on");
    output.textContent = "Token " + (at + 1) + " of " + tokens.length + ": " + JSON.stringify(token.textContent) + ", " + token.title;
  };
  trace.addEventListener("keydown", (event) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tokens.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  });
  trace.addEventListener("click", (event) => {
    const to = [...tokens].indexOf(event.target);
    if (to >= 0) show(to);
  });
}
`;
