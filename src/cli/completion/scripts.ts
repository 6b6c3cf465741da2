import { COMPLETE } from "./question.js";

const BASH = `# bash completion for stepback. To use it: source <(stepback completion bash)
_stepback() {
  local more="none" value hint
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  local current="\${COMP_WORDS[COMP_CWORD]}"
  [ "$current" = "=" ] && current=""
  COMPREPLY=()
  {
    IFS= read -r more
    while IFS=$'\\t' read -r value hint; do COMPREPLY+=("$value"); done
  } < <("$1" ${COMPLETE} "\${words[@]}" 2>/dev/null)
  case "$more" in
    files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$current")
      ;;
    folders)
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "$current")
      ;;
  esac
}
complete -F _stepback stepback
`;

const ZSH = `#compdef stepback
# zsh completion for stepback. To use it: source <(stepback completion zsh), after compinit; or keep it as _stepback in a folder of $fpath
_stepback() {
  local -a lines described
  local line more hint
  lines=("\${(@f)$("\${words[1]}" ${COMPLETE} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  more="\${lines[1]}"
  for line in "\${(@)lines[2,-1]}"; do
    hint="\${line#*$'\\t'}"
    [[ "$line" == *$'\\t'* ]] || hint=""
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}\${hint:+:$hint}")
  done
  (( $#described )) && _describe -V 'stepback' described -U
  case "$more" in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ "$funcstack[1]" = _stepback ]]; then _stepback "$@"; else compdef _stepback stepback; fi
`;

const FISH = `# fish completion for stepback. To use it: stepback completion fish | source
function __stepback_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command $words[1] ${COMPLETE} $words[2..-1] "$current" 2>/dev/null)
    for line in $lines[2..-1]
        echo $line
    end
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current"
    end
end
complete -c stepback -f -a '(__stepback_complete)'
`;

/** The completion scripts by shell. They hold no word of any command: all of it is asked for. */
export const COMPLETION_SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
