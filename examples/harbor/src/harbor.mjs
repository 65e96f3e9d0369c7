// The program itself, in the instructions that every machine in toolchain/ offers. Registers: "a" is the listening
// socket, "b" the connection, "c" counts bytes, "d" to "f" come and go; "result" is the answer of a system call.

const internet = 2; // AF_INET
const streamClosedOnExec = 0x80001; // SOCK_STREAM | SOCK_CLOEXEC
const socketLevel = 1; // SOL_SOCKET
const reuseAddress = 2; // SO_REUSEADDR
const receiveTimeout = 20; // SO_RCVTIMEO
const noSignal = 0x4000; // MSG_NOSIGNAL: a client that left must not end the server
const shutWrite = 1; // SHUT_WR
const interrupted = -4; // EINTR
const aborted = -103; // ECONNABORTED
const signals = { interrupt: 2, terminate: 15 };
const restorer = 0x04000000; // SA_RESTORER

// The stack frame: the address to listen on (16 bytes), then the buffer for requests.
const buffer = 64;
const bufferBytes = 8192;
const frameBytes = buffer + bufferBytes;

const endOfRequest = Buffer.from('\r\n\r\n').readUInt32LE();
const headRequest = Buffer.from('HEAD').readUInt32LE();

/** harbor, of the given version, as a program for the assembler. */
export function harbor(version) {
  const banner = `harbor ${version}\n`;
  const head = [
    'HTTP/1.1 200 OK',
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(banner)}`,
    'Connection: close',
    '\r\n',
  ].join('\r\n');
  const texts = {
    banner,
    response: head + banner,
    ready: `harbor ${version} is listening\n`,
    usage: 'usage: harbor [--version | PORT]\n',
    failure: 'harbor: cannot listen on this port\n',
  };
  const lengthOf = (name) => Buffer.byteLength(texts[name]);

  return (machine) => {
    readArguments(machine, lengthOf);
    readPort(machine);
    listen(machine, lengthOf);
    accept(machine);
    readRequest(machine);
    answer(machine, { whole: lengthOf('response'), head: Buffer.byteLength(head) });
    endings(machine, lengthOf);
    constants(machine, texts);
  };
}

/** At the start the stack holds the number of arguments, then pointers to them. The port is left in "c". */
function readArguments(machine, lengthOf) {
  const { label, load64, load8, add, subtractRegister, copy, set, address, jump, jumpIf, call } = machine;
  load64('a', 'stack', 0);
  load64('b', 'stack', 16);
  add('stack', -frameBytes);
  set('c', 8080);
  jumpIf('a', { less: 2 }, 'listen');
  jumpIf('a', { greater: 2 }, 'wrong use');

  copy('c', 'b');
  address('d', 'version option');
  label('compare');
  load8('e', 'c', 0);
  load8('f', 'd', 0);
  subtractRegister('e', 'f');
  jumpIf('e', { notEqual: 0 }, 'read the port');
  jumpIf('f', { equal: 0 }, 'say the version');
  add('c', 1);
  add('d', 1);
  jump('compare');

  label('say the version');
  call('write', 1, '@banner', lengthOf('banner'));
  call('exit_group', 0);
}

/** Reads decimal digits at "b" as a port, 1 to 65535, into "c". */
function readPort({ label, load8, add, addRegister, timesTen, set, jump, jumpIf }) {
  label('read the port');
  set('c', 0);
  label('next digit');
  load8('e', 'b', 0);
  jumpIf('e', { equal: 0 }, 'last digit');
  jumpIf('e', { less: 48 }, 'wrong use');
  jumpIf('e', { greater: 57 }, 'wrong use');
  timesTen('c');
  add('e', -48);
  addRegister('c', 'e');
  jumpIf('c', { greater: 65535 }, 'wrong use');
  add('b', 1);
  jump('next digit');
  label('last digit');
  jumpIf('c', { equal: 0 }, 'wrong use');
}

/** Listens on 0.0.0.0 and the port in "c"; the socket is in "a" then. */
function listen({ label, set, store64, store8, shiftRight, copy, jumpIf, call }, lengthOf) {
  label('listen');
  set('e', 0);
  store64('e', 'stack', 0);
  store64('e', 'stack', 8);
  set('e', internet);
  store8('e', 'stack', 0);
  store8('c', 'stack', 3); // the port's two bytes, the upper one first
  shiftRight('c', 8);
  store8('c', 'stack', 2);

  // As the first process of a container, a program without a handler would not notice these.
  call('rt_sigaction', signals.terminate, '@on signal', 0, 8);
  call('rt_sigaction', signals.interrupt, '@on signal', 0, 8);

  call('socket', internet, streamClosedOnExec, 0);
  jumpIf('result', { less: 0 }, 'cannot listen');
  copy('a', 'result');
  call('setsockopt', 'a', socketLevel, reuseAddress, '@one', 4);
  call('bind', 'a', 'stack', 16);
  jumpIf('result', { less: 0 }, 'cannot listen');
  call('listen', 'a', 128);
  jumpIf('result', { less: 0 }, 'cannot listen');
  call('write', 1, '@ready', lengthOf('ready'));
}

/** Waits for a connection, which is in "b" then. One is answered after the other. */
function accept({ label, copy, jumpIf, call }) {
  label('accept');
  call('accept', 'a', 0, 0);
  jumpIf('result', { equal: interrupted }, 'accept');
  jumpIf('result', { equal: aborted }, 'accept');
  jumpIf('result', { less: 0 }, 'cannot listen');
  copy('b', 'result');
  call('setsockopt', 'b', socketLevel, receiveTimeout, '@five seconds', 16);
}

/** Reads until the empty line that ends a request, or until the buffer is full. */
function readRequest({ label, set, load32, add, addRegister, subtractRegister, copy, jump, jumpIf, call }) {
  set('c', 0);
  label('read more');
  copy('d', 'stack');
  add('d', buffer);
  addRegister('d', 'c');
  set('e', bufferBytes);
  subtractRegister('e', 'c');
  jumpIf('e', { equal: 0 }, 'answer');
  call('read', 'b', 'd', 'e');
  jumpIf('result', { less: 1 }, 'hang up');
  addRegister('c', 'result');

  // "e" is one more than where the empty line could begin at the latest.
  copy('d', 'stack');
  add('d', buffer);
  copy('e', 'd');
  addRegister('e', 'c');
  add('e', -3);
  label('look');
  copy('f', 'd');
  subtractRegister('f', 'e');
  jumpIf('f', { greater: -1 }, 'read more');
  load32('f', 'd', 0);
  jumpIf('f', { equal: endOfRequest }, 'answer');
  add('d', 1);
  jump('look');
}

function answer({ label, set, load32, add, copy, jump, jumpIf, call }, lengths) {
  label('answer');
  set('e', lengths.whole);
  load32('f', 'stack', buffer);
  jumpIf('f', { notEqual: headRequest }, 'send');
  set('e', lengths.head);
  label('send');
  call('sendto', 'b', '@response', 'e', noSignal, 0, 0);
  // Closing a connection with unread bytes would reset it, and take the answer from the client.
  call('shutdown', 'b', shutWrite);
  copy('d', 'stack');
  add('d', buffer);
  call('read', 'b', 'd', bufferBytes);
  label('hang up');
  call('close', 'b');
  jump('accept');
}

function endings({ label, call }, lengthOf) {
  label('wrong use');
  call('write', 2, '@usage', lengthOf('usage'));
  call('exit_group', 2);
  label('cannot listen');
  call('write', 2, '@failure', lengthOf('failure'));
  call('exit_group', 1);
  label('stop');
  call('exit_group', 0);
}

function constants({ label, text, quad, align }, texts) {
  align(8);
  // The kernel's struct sigaction: handler, flags, restorer, mask. The handler never returns.
  label('on signal');
  quad('stop');
  quad(restorer);
  quad('stop');
  quad(0);
  label('five seconds');
  quad(5);
  quad(0);
  label('one');
  quad(1);
  label('version option');
  text('--version\0');
  for (const [name, value] of Object.entries(texts)) {
    label(name);
    text(value);
  }
}
