/** Requests of MLflow's protocol over connections that stay open, as many at a time as there are connections. */
import { Agent, request } from 'node:http';

export class TrackingApi {
  /** @param {string} url @param {string} [token] @param {number} [connections] */
  constructor(url, token, connections = 1) {
    this.url = url;
    this.connections = connections;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, noDelay: true });
    /** @type {Record<string, string>} */
    this.headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  ask(method, path, body) {
    const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body));
    const headers = { ...this.headers, 'Content-Length': String(bytes?.length ?? 0) };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.url}/api/2.0/mlflow/${path}`, { method, agent: this.agent, headers }, (response) => {
        /** @type {Buffer[]} */
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${path}: ${String(response.statusCode)} ${text.slice(0, 300)}`));
        });
        response.on('error', reject);
      });
      sent.on('error', (error) => {
        // A server may close a connection that nobody has used for a while.
        if (sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET') resolve(this.ask(method, path, body));
        else reject(error);
      });
      sent.end(bytes ?? undefined);
    });
  }

  /** @returns {Promise<string>} the id of a new run */
  async newRun(name = 'load') {
    const { run } = await this.ask('POST', 'runs/create', {
      experiment_id: '0',
      run_name: name,
      start_time: Date.now(),
    });
    return run.info.run_id;
  }

  /**
   * Calls `one` with 0 to `count` - 1, as many at a time as there are connections.
   *
   * @param {number} count @param {(index: number) => Promise<unknown>} one @returns {Promise<number>} calls a second
   */
  async rate(count, one) {
    let next = 0;
    const began = performance.now();
    const worker = async () => {
      while (next < count) await one(next++);
    };
    await Promise.all(Array.from({ length: this.connections }, worker));
    return (count / (performance.now() - began)) * 1000;
  }

  close() {
    this.agent.destroy();
  }
}

/** Made-up values, the same for both sides. */
export const metricOf = (/** @type {number} */ run, /** @type {number} */ key) =>
  ((run * 7919 + key * 104_729) % 1_000_003) / 1_000_003;
export const RUN_KEYS = Array.from({ length: 20 }, (_, index) => String(index).padStart(2, '0'));
