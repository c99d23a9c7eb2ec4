import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";
import App from "./app/App.vue";
import { makeConsole, provideConsole } from "./app/console";
import "./styles.css";

const console_ = makeConsole();
const app = createApp(App);
provideConsole(app, console_);
app.use(VueQueryPlugin, { queryClient: console_.queries });
app.use(console_.router);
app.mount("#app");
