// The main process. What it does is in app.mjs, which needs no Electron to be tested.
import * as electron from "electron";
import { startApp } from "./app.mjs";

// Not awaited: Electron is not ready before this module has run.
startApp(electron).catch((error) => {
  electron.dialog.showErrorBox("Foretoken could not start", String(error?.stack ?? error));
  electron.app.exit(1);
});
