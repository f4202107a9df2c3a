// Light, dark, or as the system says. A cookie keeps it, so that the server sends the page in the right one at once.

const order = ["", "light", "dark"];
const words = { "": "as the system says", light: "light", dark: "dark" };

function show(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  document.getElementById("theme-said").textContent = `Theme: ${words[theme]}`;
  document.getElementById("theme").title = `Theme: ${words[theme]}`;
}

export function offerThemes() {
  const button = document.getElementById("theme");
  button.hidden = false;
  show(document.documentElement.dataset.theme ?? "");
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(document.documentElement.dataset.theme ?? "") + 1) % order.length];
    document.cookie = `baton_theme=${next}; path=/; max-age=${next ? 31536000 : 0}; samesite=lax`;
    show(next);
  });
}
