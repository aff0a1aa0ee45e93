import type { Command } from './command.ts';

/** All commands: what the first page of help shows, and where the rest is. Only the one that is called is loaded. */
interface Entry {
  /** Two words for a command in a group. */
  name: string;
  summary: string;
  heading: string;
  load: () => Promise<Command>;
}

const sessions = 'Sessions:';
const server = 'Server:';

export const catalogue: readonly Entry[] = [
  {
    name: 'run',
    summary: 'Run a command as a session',
    heading: sessions,
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'start',
    summary: 'Start a session in which nothing runs',
    heading: sessions,
    load: async () => (await import('./commands/start.ts')).startCommand,
  },
  {
    name: 'ls',
    summary: 'List sessions',
    heading: sessions,
    load: async () => (await import('./commands/ls.ts')).lsCommand,
  },
  {
    name: 'show',
    summary: 'Show a session with its checkpoints',
    heading: sessions,
    load: async () => (await import('./commands/show.ts')).showCommand,
  },
  {
    name: 'watch',
    summary: 'Show sessions live',
    heading: sessions,
    load: async () => (await import('./commands/watch.ts')).watchCommand,
  },
  {
    name: 'pause',
    summary: 'Let a session’s time stand still',
    heading: sessions,
    load: async () => (await import('./commands/pause.ts')).pauseCommand,
  },
  {
    name: 'resume',
    summary: 'Let it run again',
    heading: sessions,
    load: async () => (await import('./commands/resume.ts')).resumeCommand,
  },
  {
    name: 'change',
    summary: 'Change a session’s time, budget or name',
    heading: sessions,
    load: async () => (await import('./commands/change.ts')).changeCommand,
  },
  {
    name: 'done',
    summary: 'Complete a session',
    heading: sessions,
    load: async () => (await import('./commands/done.ts')).doneCommand,
  },
  {
    name: 'rm',
    summary: 'Delete a completed session',
    heading: sessions,
    load: async () => (await import('./commands/rm.ts')).rmCommand,
  },
  {
    name: 'tokens add',
    summary: 'Record tokens',
    heading: sessions,
    load: async () => (await import('./commands/tokens-add.ts')).tokensAddCommand,
  },
  {
    name: 'checkpoint',
    summary: 'Mark a point that a session has reached',
    heading: sessions,
    load: async () => (await import('./commands/checkpoint.ts')).checkpointCommand,
  },
  {
    name: 'repl',
    summary: 'Open a prompt on a session of code, whose state stays',
    heading: sessions,
    load: async () => (await import('./commands/repl.ts')).replCommand,
  },
  {
    name: 'repl export',
    summary: 'Write the journal of a REPL session to a file',
    heading: sessions,
    load: async () => (await import('./commands/repl-export.ts')).replExportCommand,
  },
  {
    name: 'repl import',
    summary: 'Make a REPL session of such a file',
    heading: sessions,
    load: async () => (await import('./commands/repl-import.ts')).replImportCommand,
  },
  {
    name: 'exec',
    summary: 'Run code in a REPL session',
    heading: sessions,
    load: async () => (await import('./commands/exec.ts')).execCommand,
  },
  {
    name: 'comment',
    summary: 'Comment on a session',
    heading: sessions,
    load: async () => (await import('./commands/comment.ts')).commentCommand,
  },
  {
    name: 'comments',
    summary: 'Read the comments on a session',
    heading: sessions,
    load: async () => (await import('./commands/comments.ts')).commentsCommand,
  },
  {
    name: 'analytics',
    summary: 'Show what was used when',
    heading: sessions,
    load: async () => (await import('./commands/analytics.ts')).analyticsCommand,
  },
  {
    name: 'usage',
    summary: 'Show what every coding agent has used, and what it cost; also: usage prices, reprice, push',
    heading: sessions,
    load: async () => (await import('./commands/usage.ts')).usageCommand,
  },
  {
    name: 'usage prices',
    summary: 'Show the prices in force, and the models that have none',
    heading: sessions,
    load: async () => (await import('./commands/usage-prices.ts')).usagePricesCommand,
  },
  {
    name: 'usage reprice',
    summary: 'Price all responses anew whose prices have changed',
    heading: sessions,
    load: async () => (await import('./commands/usage-reprice.ts')).usageRepriceCommand,
  },
  {
    name: 'usage push',
    summary: 'Send what agents used on this machine to another server',
    heading: sessions,
    load: async () => (await import('./commands/usage-push.ts')).usagePushCommand,
  },
  {
    name: 'search',
    summary: 'Find what was said in agents’ sessions',
    heading: sessions,
    load: async () => (await import('./commands/search.ts')).searchCommand,
  },
  {
    name: 'windows',
    summary: 'Show how five-hour and weekly limits stand',
    heading: sessions,
    load: async () => (await import('./commands/windows.ts')).windowsCommand,
  },
  {
    name: 'statusline',
    summary: 'Print the status line of a Claude Code session',
    heading: sessions,
    load: async () => (await import('./commands/statusline.ts')).statuslineCommand,
  },
  {
    name: 'budget set',
    summary: 'Set a budget across sessions',
    heading: sessions,
    load: async () => (await import('./commands/budget-set.ts')).budgetSetCommand,
  },
  {
    name: 'budget ls',
    summary: 'List budgets and how they stand',
    heading: sessions,
    load: async () => (await import('./commands/budget-ls.ts')).budgetLsCommand,
  },
  {
    name: 'budget show',
    summary: 'Show a budget with its alerts',
    heading: sessions,
    load: async () => (await import('./commands/budget-show.ts')).budgetShowCommand,
  },
  {
    name: 'budget rm',
    summary: 'Delete a budget',
    heading: sessions,
    load: async () => (await import('./commands/budget-rm.ts')).budgetRmCommand,
  },
  {
    name: 'export',
    summary: 'Write sessions, usage and checkpoints to a file',
    heading: sessions,
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'serve',
    summary: 'Run the server in this terminal',
    heading: server,
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  {
    name: 'status',
    summary: 'Say how the server is doing',
    heading: server,
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'logs',
    summary: 'Print the server’s log',
    heading: server,
    load: async () => (await import('./commands/logs.ts')).logsCommand,
  },
  {
    name: 'completion',
    summary: 'Print what completes commands in a shell',
    heading: server,
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
  {
    name: 'stop',
    summary: 'Stop the server',
    heading: server,
    load: async () => (await import('./commands/stop.ts')).stopCommand,
  },
  {
    name: 'backup',
    summary: 'Back up all data; also: backup ls',
    heading: server,
    load: async () => (await import('./commands/backup.ts')).backupCommand,
  },
  {
    name: 'backup ls',
    summary: 'List backups',
    heading: server,
    load: async () => (await import('./commands/backup-ls.ts')).backupLsCommand,
  },
  {
    name: 'restore',
    summary: 'Put a backup in the place of the data',
    heading: server,
    load: async () => (await import('./commands/restore.ts')).restoreCommand,
  },
  {
    name: 'doctor',
    summary: 'Look whether all data is well',
    heading: server,
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'hook add',
    summary: 'Have something called when an alert is raised',
    heading: server,
    load: async () => (await import('./commands/hook-add.ts')).hookAddCommand,
  },
  {
    name: 'hook ls',
    summary: 'List your hooks',
    heading: server,
    load: async () => (await import('./commands/hook-ls.ts')).hookLsCommand,
  },
  {
    name: 'hook show',
    summary: 'Show a hook and its deliveries',
    heading: server,
    load: async () => (await import('./commands/hook-show.ts')).hookShowCommand,
  },
  {
    name: 'hook test',
    summary: 'Try a hook at once',
    heading: server,
    load: async () => (await import('./commands/hook-test.ts')).hookTestCommand,
  },
  {
    name: 'hook on',
    summary: 'Switch a hook on again',
    heading: server,
    load: async () => (await import('./commands/hook-on.ts')).hookOnCommand,
  },
  {
    name: 'hook off',
    summary: 'Switch a hook off',
    heading: server,
    load: async () => (await import('./commands/hook-off.ts')).hookOffCommand,
  },
  {
    name: 'hook rm',
    summary: 'Delete a hook',
    heading: server,
    load: async () => (await import('./commands/hook-rm.ts')).hookRmCommand,
  },
  {
    name: 'token create',
    summary: 'Make an access token',
    heading: server,
    load: async () => (await import('./commands/token-create.ts')).tokenCreateCommand,
  },
  {
    name: 'token list',
    summary: 'List access tokens',
    heading: server,
    load: async () => (await import('./commands/token-list.ts')).tokenListCommand,
  },
  {
    name: 'token revoke',
    summary: 'Revoke an access token',
    heading: server,
    load: async () => (await import('./commands/token-revoke.ts')).tokenRevokeCommand,
  },
  {
    name: 'token link',
    summary: 'Print a link that signs a browser in',
    heading: server,
    load: async () => (await import('./commands/token-link.ts')).tokenLinkCommand,
  },
  {
    name: 'conformance timer',
    summary: 'Hold any server to the timer contract',
    heading: server,
    load: async () => (await import('./commands/conformance.ts')).conformanceTimerCommand,
  },
  {
    name: 'conformance repl',
    summary: 'Hold any server to the repl contract',
    heading: server,
    load: async () => (await import('./commands/conformance.ts')).conformanceReplCommand,
  },
  {
    name: 'user add',
    summary: 'Add a user',
    heading: server,
    load: async () => (await import('./commands/user-add.ts')).userAddCommand,
  },
  {
    name: 'user ls',
    summary: 'List users',
    heading: server,
    load: async () => (await import('./commands/user-ls.ts')).userLsCommand,
  },
  {
    name: 'user change',
    summary: 'Change a user’s name, e-mail or role',
    heading: server,
    load: async () => (await import('./commands/user-change.ts')).userChangeCommand,
  },
  {
    name: 'user rm',
    summary: 'Remove a user',
    heading: server,
    load: async () => (await import('./commands/user-rm.ts')).userRmCommand,
  },
  {
    name: 'team add',
    summary: 'Put a user in a team',
    heading: server,
    load: async () => (await import('./commands/team-add.ts')).teamAddCommand,
  },
  {
    name: 'team rm',
    summary: 'Take a user out of a team',
    heading: server,
    load: async () => (await import('./commands/team-rm.ts')).teamRmCommand,
  },
  {
    name: 'team ls',
    summary: 'List teams',
    heading: server,
    load: async () => (await import('./commands/team-ls.ts')).teamLsCommand,
  },
];

export const groups: Record<string, { summary: string; heading: string }> = {
  tokens: { summary: 'Tokens that a session used: add', heading: sessions },
  budget: { summary: 'Budgets across sessions: set, ls, show, rm', heading: sessions },
  user: { summary: 'Users: add, ls, change, rm', heading: server },
  team: { summary: 'Teams: add, rm, ls', heading: server },
  hook: { summary: 'What is called on alerts: add, ls, show, test, on, off, rm', heading: server },
  token: { summary: 'Access tokens: create, list, revoke, link', heading: server },
  conformance: { summary: 'Check a server against a contract: timer, repl', heading: server },
};
