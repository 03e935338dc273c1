import { CallSite } from "./call-site.js";
import { createError } from "./errors.js";
import { type NativeDevice, native } from "./native.js";
import type { PlainPairOptions } from "./resolve-options.js";

/** A processor models can run on; memory in bytes. */
export type Device = NativeDevice;

/** What this machine offers to run models on. */
export function devices(): Device[] {
  return new CallSite(devices).run(() => native.devices());
}

/** A sentence for each device module that was built or installed but gives no device: which, and why. */
export function deviceNotes(): string[] {
  return new CallSite(deviceNotes).run(() => native.deviceNotes());
}

/** Throws DEVICE_UNKNOWN. Loads the devices' modules only where one is named. */
export function requireDevices({ device }: Pick<PlainPairOptions, "device">): void {
  if (device.target !== null) requireDevice("device", device.target);
  if (device.draft !== null && device.draft !== device.target) requireDevice("draft.device", device.draft);
}

function requireDevice(option: string, wanted: string): void {
  const names = native.devices().flatMap((device) => (canHoldLayers(device) ? [device.name] : []));
  // As ggml looks for them.
  if (names.some((name) => name.toLowerCase() === wanted.toLowerCase())) return;
  const known = names.map((name) => JSON.stringify(name)).join(" or ");
  throw createError(
    "DEVICE_UNKNOWN",
    `Expected ${known} for ${option} but received ${JSON.stringify(wanted)}`,
  );
}

/** Not what only computes faster what the CPU holds. */
function canHoldLayers({ type }: Device): boolean {
  return type !== "accelerator";
}

/** Whether there is a GPU, of that name if any is given. */
export function hasGpu(name: string | null): boolean {
  return native
    .devices()
    .some(
      (device) =>
        (device.type === "gpu" || device.type === "igpu") &&
        (name === null || device.name.toLowerCase() === name.toLowerCase()),
    );
}
