import { homedir } from 'node:os';
import type { Surroundings } from '../readers/reader.ts';

/** Where agents keep their files is told by the environment in which people start them, as far as the server shares it. */
export const surroundingsOf = (env: NodeJS.ProcessEnv): Surroundings => ({
  home: homedir(),
  env: Object.fromEntries(told.map((name) => [name, env[name]])),
});

const told = [
  'CLAUDE_CONFIG_DIR',
  'CODEX_HOME',
  'OPENCODE_DB',
  'XDG_DATA_HOME',
  'XDG_CONFIG_HOME',
  'COPILOT_HOME',
  'COPILOT_OTEL_FILE_EXPORTER_PATH',
  'GEMINI_CLI_HOME',
  'PI_CODING_AGENT_DIR',
  'PI_CODING_AGENT_SESSION_DIR',
];
