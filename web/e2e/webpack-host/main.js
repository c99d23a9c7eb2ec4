// Shared modules are settled before anything that uses them is loaded.
import("./page.js");
