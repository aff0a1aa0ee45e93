import { describe, expect, it } from 'vitest';
import { commandEnvironment } from './environment.ts';

const root = '/opt/stint';

describe('the environment of a command', () => {
  it('is the user’s, without what is stint’s', () => {
    const env = {
      HOME: '/home/u',
      STINT_TOKEN: 't',
      STINT_URL: 'u',
      PATH: '/opt/stint/node_modules/.bin:/usr/bin',
      EDITOR: 'vi',
    };
    expect(commandEnvironment(env, root)).toEqual({ HOME: '/home/u', PATH: '/usr/bin', EDITOR: 'vi' });
  });

  it('keeps the node_modules of the user’s own projects', () => {
    const PATH = './node_modules/.bin:/home/u/project/node_modules/.bin:/opt/node_modules/.bin:/bin';
    expect(commandEnvironment({ PATH }, root)).toEqual({ PATH });
  });

  it('is without what npm adds when it starts stint', () => {
    const env = {
      npm_lifecycle_event: 'stint',
      npm_node_execpath: '/usr/bin/node',
      npm_config_user_agent: 'npm',
      INIT_CWD: '/home/u',
      NODE: '/usr/bin/node',
      PATH: '/opt/stint/node_modules/.bin:/opt/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/home/u/node_modules/.bin:/usr/bin',
      NODE_ENV: 'test',
    };
    expect(commandEnvironment(env, root)).toEqual({ PATH: '/home/u/node_modules/.bin:/usr/bin', NODE_ENV: 'test' });
  });
});
