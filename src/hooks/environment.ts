import type { Delivery } from './hook.ts';

type Environment = Record<string, string | undefined>;

/** What a command may need of the server's environment to find programs, the user's files and their desktop. */
const allowed = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
];

/** The environment of a command: what is allowed of the server's own, and which alert it is. */
export const environmentOf = (env: Environment, { id, hook, message }: Pick<Delivery, 'id' | 'hook' | 'message'>) => {
  const { data, type } = message;
  const told: Environment = {
    STINT_HOOK_ID: hook,
    STINT_DELIVERY_ID: id,
    STINT_EVENT: type,
    STINT_ALERT_ID: data.alertId,
    STINT_THRESHOLD: data.threshold,
    STINT_LEVEL: data.level,
    STINT_MESSAGE: data.message,
    STINT_BUDGET_ID: data.budget,
    STINT_SESSION_ID: data.session.id,
    STINT_SESSION_NAME: data.session.name,
    STINT_SESSION_KIND: data.session.kind,
    STINT_SESSION_STATUS: data.session.status,
  };
  const kept = Object.entries(env).filter(([name]) => allowed.includes(name) || name.startsWith('LC_'));
  // No environment can hold a NUL.
  return Object.fromEntries(
    [...kept, ...Object.entries(told)].flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.replaceAll('\0', '�')]],
    ),
  );
};
