/** What a shell reads to complete `stint`: it asks stint itself, so that commands and sessions are those that there are. */

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What stint says instead of candidates where a file may stand. */
export const filesWord = ':files';

/** `launcher`: the file that starts stint, as a word of the shell. */
export const scriptFor = (shell: Shell, launcher: string): string => scripts[shell](launcher);

const scripts: Record<Shell, (launcher: string) => string> = {
  bash: (launcher) => `# stint completion for bash; in ~/.bashrc: eval "$(stint completion bash)"
_stint() {
  local line found
  found=$(${launcher} completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=()
  if [ "$found" = '${filesWord}' ]; then
    compopt -o default 2>/dev/null
    return
  fi
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("$line")
  done <<< "$found"
}
complete -o nosort -F _stint stint 2>/dev/null || complete -F _stint stint
`,
  zsh: (launcher) => `#compdef stint
# stint completion for zsh; in ~/.zshrc, after compinit: eval "$(stint completion zsh)"
_stint() {
  local line
  local -a lines values texts
  lines=("\${(@f)$(${launcher} completion zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$lines[1]" == '${filesWord}' ]]; then
    _files
    return
  fi
  for line in $lines; do
    values+=("\${line%%$'\\t'*}")
    texts+=("\${line/$'\\t'/  }")
  done
  compadd -V stint -l -d texts -a values
}
compdef _stint stint
`,
  fish: (launcher) => `# stint completion for fish; in ~/.config/fish/config.fish: stint completion fish | source
function __stint_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (${launcher} completion fish -- $words[2..] 2>/dev/null)
    if test "$found[1]" = '${filesWord}'
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found
    end
end
complete -c stint -f -k -a '(__stint_complete)'
`,
};
