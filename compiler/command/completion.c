/* completion.c - the verb completion: scripts for bash and zsh, from the option table. */
#include "command/command.h"

#include <stdio.h>
#include <string.h>

static void put_verbs(void)
{
    size_t count;
    const struct verb_info *verbs = options_verbs(&count);
    for (size_t i = 0; i < count; i++)
        if (!verbs[i].hidden)
            printf(" %s", verbs[i].name);
}

/* "--output -o --env": the options of a verb. */
static void put_options(const struct verb_info *verb)
{
    size_t count;
    const struct option_info *options = options_list(&count);
    for (size_t i = 0; i < count; i++) {
        if (!option_fits(&options[i], verb))
            continue;
        printf(" --%s", options[i].name);
        if (options[i].letter)
            printf(" -%c", options[i].letter);
    }
}

/* "a|b|c" as "a b c". */
static void put_words(const char *words)
{
    for (; *words; words++)
        putchar(*words == '|' ? ' ' : *words);
}

/* "--format:check|--format:build": an option's word means something with some verbs. */
static void put_patterns(const struct option_info *option)
{
    size_t count, put = 0;
    const struct verb_info *verbs = options_verbs(&count);
    for (size_t i = 0; i < count; i++)
        if (!verbs[i].hidden && option_fits(option, &verbs[i]))
            printf("%s--%s:%s", put++ ? "|" : "    ", option->name, verbs[i].name);
}

static void bash(void)
{
    size_t verb_count, option_count;
    const struct verb_info *verbs = options_verbs(&verb_count);
    const struct option_info *options = options_list(&option_count);
    fputs("# bash completion of meshc; made by 'meshc completion bash'\n"
          "_meshc() {\n"
          "  local at=$COMP_CWORD word=${COMP_WORDS[COMP_CWORD]} words=''\n"
          "  # '--format=short' comes as three words\n"
          "  if [[ $word == = ]]; then word=''\n"
          "  elif [[ ${COMP_WORDS[at-1]} == = ]]; then at=$((at-1)); fi\n"
          "  local before=${COMP_WORDS[at-1]}\n"
          "  COMPREPLY=()\n"
          "  case $before:${COMP_WORDS[1]} in\n",
          stdout);
    for (size_t i = 0; i < option_count; i++) {
        if (!options[i].words)
            continue;
        put_patterns(&options[i]);
        fputs(") words='", stdout);
        put_words(options[i].words);
        puts("' ;;");
    }
    fputs("    completion:*) words='bash zsh' ;;\n"
          "    who:who) words='can sees why --all' ;;\n"
          "    *)\n"
          "      if ((COMP_CWORD == 1)); then words='",
          stdout);
    put_verbs();
    fputs(" --help --version'\n"
          "      elif [[ $word == -* ]]; then\n"
          "        case ${COMP_WORDS[1]} in\n",
          stdout);
    for (size_t i = 0; i < verb_count; i++) {
        if (verbs[i].hidden)
            continue;
        printf("          %s) words='", verbs[i].name);
        put_options(&verbs[i]);
        puts("' ;;");
    }
    fputs("        esac\n"
          "      fi ;;\n"
          "  esac\n"
          "  if [[ -n $words ]]; then\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
          "  fi\n"
          "}\n"
          "complete -o default -F _meshc meshc\n",
          stdout);
}

/* A summary inside single quotes and brackets of zsh's _arguments. */
static void put_zsh_text(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void zsh_options(const struct verb_info *verb)
{
    size_t count;
    const struct option_info *options = options_list(&count);
    for (size_t i = 0; i < count; i++) {
        if (!option_fits(&options[i], verb))
            continue;
        printf("        '--%s%s[", options[i].name, options[i].argument ? "=" : "");
        put_zsh_text(options[i].summary);
        putchar(']');
        if (options[i].words) {
            fputs(":value:(", stdout);
            put_words(options[i].words);
            putchar(')');
        } else if (options[i].argument) {
            fputs(":value:_files", stdout);
        }
        puts("' \\");
    }
}

static void zsh(void)
{
    size_t count;
    const struct verb_info *verbs = options_verbs(&count);
    fputs("#compdef meshc\n"
          "# zsh completion of meshc; made by 'meshc completion zsh'\n"
          "_meshc() {\n"
          "  local -a commands\n"
          "  commands=(\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        if (verbs[i].hidden)
            continue;
        printf("    '%s:", verbs[i].name);
        put_zsh_text(verbs[i].summary);
        puts("'");
    }
    fputs("  )\n"
          "  if ((CURRENT == 2)); then\n"
          "    _describe 'command' commands\n"
          "    return\n"
          "  fi\n"
          "  local command=$words[2]\n"
          "  shift words\n"
          "  ((CURRENT--))\n"
          "  case $command in\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        if (verbs[i].hidden)
            continue;
        printf("    %s)\n      _arguments \\\n", verbs[i].name);
        zsh_options(&verbs[i]);
        puts(strcmp(verbs[i].name, "completion") == 0 ? "        '*:shell:(bash zsh)' ;;"
                                                      : "        '*:path:_files' ;;");
    }
    fputs("  esac\n"
          "}\n"
          "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
          "  _meshc \"$@\"\n"
          "else\n"
          "  compdef _meshc meshc\n"
          "fi\n",
          stdout);
}

int command_completion(struct session *s, const struct settings *settings)
{
    (void)s;
    const char *shell = settings->operands.len == 1 ? settings->operands.at[0] : "";
    if (strcmp(shell, "bash") == 0)
        bash();
    else if (strcmp(shell, "zsh") == 0)
        zsh();
    else {
        fputs("meshc: completion takes one operand: bash or zsh\n", stderr);
        return EXIT_USAGE;
    }
    return EXIT_FINE;
}
