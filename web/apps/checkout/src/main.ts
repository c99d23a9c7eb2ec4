import { createApp, shallowRef } from "vue";
import App from "./App.vue";
import { browserLanguage, speak, speechKey } from "./words";
import "./styles.css";

// Another secret in the address is another checkout.
window.addEventListener("hashchange", () => location.reload());

speak(browserLanguage(navigator.languages), navigator.languages).then(
  (speech) => createApp(App).provide(speechKey, shallowRef(speech)).mount("#app"),
  () => {
    document.getElementById("broken")!.hidden = false;
  },
);
