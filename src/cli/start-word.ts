/** What a server in the background says to the command that started it: it listens, or it can't. */
export type StartWord = { url: string } | { refused: string; taken?: 'folder' | 'port' };
