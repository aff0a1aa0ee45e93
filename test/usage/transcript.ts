import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

/** One session of Claude Code’s, as it writes it: a file of its own beneath CLAUDE_CONFIG_DIR, a line more for each thing said. */
export class Transcript {
  readonly sessionId = randomUUID();
  readonly file: string;
  readonly #cwd: string;

  constructor(configDir: string, cwd: string) {
    this.#cwd = cwd;
    const folder = join(configDir, 'projects', cwd.replaceAll(/[^A-Za-z0-9-]/g, '-'));
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, `${this.sessionId}.jsonl`);
  }

  prompt(content: string): void {
    appendFileSync(this.file, this.#line({ type: 'user', message: { role: 'user', content } }));
  }

  /** A response of now with so many tokens of output; nothing of it is from caches. */
  respond(output: number): void {
    appendFileSync(this.file, this.response(output));
  }

  /** The line of a response, whole. */
  response(output: number): string {
    const id = randomUUID();
    const message = {
      id: `msg_${id}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-4-5-20251101',
      content: [{ type: 'text', text: 'done' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: output, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
    };
    return this.#line({ type: 'assistant', requestId: `req_${id}`, message });
  }

  #line(entry: object): string {
    const about = {
      sessionId: this.sessionId,
      cwd: this.#cwd,
      version: '2.1.143',
      gitBranch: 'main',
      isSidechain: false,
    };
    const written = { uuid: randomUUID(), parentUuid: null, timestamp: new Date().toISOString(), userType: 'external' };
    return `${JSON.stringify({ ...about, ...written, ...entry })}\n`;
  }
}
