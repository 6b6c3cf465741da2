const UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;

/** Formats a number of bytes in powers of 1000: `512 bytes`, `1.2 MB`, `27 GB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = value < 9.95 ? value.toFixed(1) : value.toFixed(0);
  return `${digits.replace(/\.0$/, "")} ${UNITS[unit]}`;
}
