import { describe, expect, it } from 'vitest';
import { isModelOf } from './budget-models.ts';

const dated = 'claude-opus-4-5-20251101';

describe('the model of a budget', () => {
  it.each([
    ['claude-opus-4-5', 'claude-opus-4-5'],
    ['claude-opus-4-5', dated],
    ['Claude-Opus-4-5', `anthropic/${dated}`],
    ['anthropic/claude-opus-4-5', dated],
    ['claude-opus-4-5', `us.anthropic.${dated}-v1:0`],
    ['claude-opus-4-5', `bedrock/eu.anthropic.${dated}-v1:0`],
    ['claude-opus-4-5', 'claude-opus-4-5@20251101'],
    ['claude-opus-4-5', 'claude-opus-4-5[1m]'],
    [dated, dated],
    [dated, 'openrouter/anthropic/claude-opus-4-5-2025-11-01'],
    [`us.anthropic.${dated}-v1:0`, dated],
    ['gpt-4.1', 'gpt-4.1-2025-04-14'],
    ['gpt-4.1-2025-04-14', 'openai/gpt-4.1-2025-04-14'],
  ])('%s is %s', (asked, used) => expect(isModelOf(asked, used)).toBe(true));

  it.each([
    ['claude-opus-4', 'claude-opus-4-5'],
    ['claude-opus-4', dated],
    ['opus', 'claude-opus-4-5'],
    [dated, 'claude-opus-4-5'],
    [dated, 'claude-opus-4-5-20251201'],
    ['deepseek-v3', 'deepseek-v2'],
    ['kimi-k2', 'kimi-k2-thinking'],
    ['kimi-k2', 'kimi-k2-0905'],
    ['claude-opus-4-5', ''],
  ])('%s is not %s', (asked, used) => expect(isModelOf(asked, used)).toBe(false));
});
