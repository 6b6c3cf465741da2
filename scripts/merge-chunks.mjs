/**
 * Puts the chunks that a file of the command line always needs into that file: every file costs half a millisecond to find, to read and to
 * match with its compiled form.
 *
 * A chunk that several files need goes into the first of them, in the order in which they are given; the others load that one and ask it for the
 * chunk. The chunks keep their scopes, as functions, and run when they are first asked for.
 */

/** The name under which a merged file hands out its chunks. */
const HAND_OUT = "__chunk";

/**
 * @param {{ name: string, text: string, needs: string[] }[]} files in CommonJS; `needs` are the names that each requires at once
 * @param {string[]} hosts the names of those that chunks go into, in order; every other file that nothing requires at once stays by itself
 * @returns {{ name: string, text: string }[]}
 */
export function mergeChunks(files, hosts) {
  const byName = new Map(files.map((file) => [file.name, file]));
  const owners = new Map();
  for (const host of hosts) {
    for (const chunk of reachableFrom(host, byName)) if (!hosts.includes(chunk) && !owners.has(chunk)) owners.set(chunk, host);
  }
  return files
    .filter(({ name }) => !owners.has(name))
    .map(({ name, text }) => {
      const guests = files.filter((file) => owners.get(file.name) === name);
      const reach = (code) => leadToOwners(code, name, owners);
      return {
        name,
        text:
          guests.length === 0
            ? reach(text)
            : merge(
                reach(text),
                guests.map((guest) => ({ ...guest, text: reach(guest.text) })),
              ),
      };
    });
}

function reachableFrom(name, byName, found = new Set()) {
  for (const needed of byName.get(name)?.needs ?? []) {
    if (!byName.has(needed) || found.has(needed)) continue;
    found.add(needed);
    reachableFrom(needed, byName, found);
  }
  return found;
}

/** Own chunks are found through the `require` that a merged file hands to what is in it. */
function leadToOwners(code, name, owners) {
  return code.replaceAll(/require\("\.\/([^"]+)"\)/g, (all, needed) => {
    const owner = owners.get(needed);
    return owner === undefined || owner === name ? all : `require("./${owner}").${HAND_OUT}("./${needed}")`;
  });
}

function merge(text, guests) {
  const factories = guests.map((guest) => `${JSON.stringify(`./${guest.name}`)}:function(exports,require,module){${guest.text}\n}`);
  return `const __outer=require,__made={},__factories={${factories.join(",\n")}};
function __local(name){const factory=__factories[name];if(!factory)return __outer(name);let module=__made[name];
if(!module){module=__made[name]={exports:{}};factory(module.exports,__local,module)}return module.exports}
const __handOut={value:__local},__own={exports};Object.defineProperty(exports,"${HAND_OUT}",__handOut);
(function(exports,require,module){${text}
})(exports,__local,__own);
if(__own.exports!==exports){Object.defineProperty(__own.exports,"${HAND_OUT}",__handOut);module.exports=__own.exports}
`;
}
