/** What happened, a line at a time; two runs of the same choices have the same trace. */
export class Trace {
  readonly lines: string[] = [];
  #hash = 0;

  add(nowMs: number, text: string): void {
    const line = `${String(Math.round(nowMs)).padStart(9)} ms  ${text}`;
    this.lines.push(line);
    for (let i = 0; i < line.length; i += 1) {
      this.#hash = (Math.imul(this.#hash, 31) + line.charCodeAt(i)) | 0;
    }
  }

  /** Eight hexadecimal digits that stand for the whole trace. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, "0");
  }
}
