import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net';

/** Servers on 127.0.0.1, each on a port of its own; `close` ends them with all their connections. */
export class LocalServers {
  readonly #servers: TcpServer[] = [];
  readonly #sockets = new Set<Socket>();

  /** @returns `http://127.0.0.1:port` */
  async http(listener: RequestListener): Promise<string> {
    return `http://127.0.0.1:${await this.#listen(createHttpServer(listener))}`;
  }

  /** @returns `https://127.0.0.1:port` */
  async https(options: ServerOptions, listener: RequestListener): Promise<string> {
    const server: Server = createHttpsServer(options, listener);
    return `https://127.0.0.1:${await this.#listen(server)}`;
  }

  /** @returns the port */
  async tcp(listener: (socket: Socket) => void): Promise<number> {
    return this.#listen(createTcpServer(listener));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map(
        (server) => new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(null))),
      ),
    );
  }

  async #listen(server: TcpServer): Promise<number> {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
}
