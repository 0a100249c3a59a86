/** One server-sent event. */
export interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events out of a stream's text as it comes, however it is cut. Comments and blank events are left out. */
export function eventReader(): (chunk: string) => ServerEvent[] {
  let rest = '';
  return (chunk) => {
    const parts = (rest + chunk).replaceAll('\r\n', '\n').split('\n\n');
    rest = parts.pop() ?? '';
    return parts.map(parseEvent).filter((event) => event.name !== '' || event.data !== '');
  };
}

function parseEvent(text: string): ServerEvent {
  let name = '';
  const data: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('event:')) name = line.slice('event:'.length).trim();
    else if (line.startsWith('data:')) data.push(line.slice('data:'.length).trimStart());
  }
  return { name, data: data.join('\n') };
}
