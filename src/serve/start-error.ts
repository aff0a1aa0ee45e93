/** The server can't start; the message says why and what to do. */
export class StartError extends Error {}

/** Another server is using the data folder. */
export class FolderInUseError extends StartError {}

/** Something else listens on the port. */
export class PortInUseError extends StartError {}
