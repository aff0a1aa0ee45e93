import { ask, open } from '../api.ts';
import { budgetHelp, budgetLine, budgetName, chooseBudget, filterWords } from '../budget-words.ts';
import { command, flag, required } from '../command.ts';
import { confirm } from '../confirm.ts';
import { text } from '../parse.ts';

export const budgetRmCommand = command({
  about: 'Deletes a budget, and resumes the sessions that it paused. Asks first.',
  args: { budget: required('<budget>', budgetHelp, text) },
  options: { yes: flag('-y, --yes', 'do not ask') },
  examples: [
    ['work', 'the one called work'],
    ['7d1e --yes', 'the one whose id ends in 7d1e, without a question'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const budget = await chooseBudget(client, args.budget);
    if (!options.yes) {
      await confirm({
        ask: `Delete the budget ${budgetName(budget)} · ${filterWords(budget)}?`,
        yesMeans: 'delete without a question',
        ifNot: 'nothing was deleted',
      });
    }
    await ask(client.DELETE('/api/usage/budgets/{id}', { params: { path: { id: budget.id } } }));
    return { value: { deleted: budget.id }, text: (screen) => budgetLine(screen, budget, 'deleted') };
  },
});
