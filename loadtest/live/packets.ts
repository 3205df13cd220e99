/** What an Engine.IO 4 text message is, with the Socket.IO 5 packet in it where there is one. Only the namespace `/` is spoken. */
export type Packet =
  | { kind: 'open' | 'connected' | 'connect_error' | 'event'; data: unknown }
  | { kind: 'ack'; id: number; data: unknown }
  | { kind: 'ping' | 'close' | 'disconnected' }
  | { kind: 'unknown' };

const UNKNOWN: Packet = { kind: 'unknown' };

/** Reads one message; what is no packet, or not JSON, is `unknown`. */
export function readPacket(text: string): Packet {
  try {
    switch (text.charCodeAt(0)) {
      case 48: // 0
        return { kind: 'open', data: JSON.parse(text.slice(1)) };
      case 49: // 1
        return { kind: 'close' };
      case 50: // 2
        return { kind: 'ping' };
      case 52: // 4
        return readSocketPacket(text);
      default:
        return UNKNOWN;
    }
  } catch {
    return UNKNOWN;
  }
}

function readSocketPacket(text: string): Packet {
  switch (text.charCodeAt(1)) {
    case 48: // 40{"sid":…}
      return { kind: 'connected', data: JSON.parse(text.slice(2)) };
    case 49: // 41
      return { kind: 'disconnected' };
    case 50: // 42["name",…]; the server asks for no acknowledgement
      return { kind: 'event', data: JSON.parse(text.slice(2)) };
    case 51: {
      // 43<id>[answer]
      const bracket = text.indexOf('[', 2);
      const id = Number(text.slice(2, bracket));
      if (bracket < 3 || !Number.isSafeInteger(id)) return UNKNOWN;
      const [data] = JSON.parse(text.slice(bracket)) as unknown[];
      return { kind: 'ack', id, data };
    }
    case 52: // 44{"message":…}
      return { kind: 'connect_error', data: JSON.parse(text.slice(2)) };
    default:
      return UNKNOWN;
  }
}

export const CONNECT = '40';
export const PONG = '3';
export const DISCONNECT = '41';

/** An event, with an id when an answer is wanted. */
export const eventPacket = (name: string, input: unknown, id?: number): string => `42${id ?? ''}${JSON.stringify([name, input])}`;
