import { CallSite } from "./call-site.js";
import { type NativeDevice, native } from "./native.js";

/** A processor models can run on; memory in bytes. */
export type Device = NativeDevice;

/** What this machine offers to run models on. */
export function devices(): Device[] {
  return new CallSite(devices).run(() => native.devices());
}
