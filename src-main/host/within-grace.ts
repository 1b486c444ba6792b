/** Waits for work, but not for longer than that. */
export function withinGrace(work: Promise<void>, graceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, graceMs);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
