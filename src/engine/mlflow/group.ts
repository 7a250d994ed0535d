/** What is told within one turn of the loop, as one transaction of the writer. */
import { type Reply, valueOf, type Write } from '../clients';

export class Group {
  private waiting: { write: Write; resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];

  constructor(private readonly tell: (writes: readonly Write[]) => Promise<Reply[]>) {}

  write(method: Write['method'], params: Write['params']): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => void this.flush());
      this.waiting.push({ write: { method, params }, resolve, reject });
    });
  }

  private async flush(): Promise<void> {
    const group = this.waiting;
    this.waiting = [];
    try {
      const replies = await this.tell(group.map(({ write }) => write));
      group.forEach(({ resolve, reject }, index) => {
        try {
          resolve(valueOf(replies[index]));
        } catch (refusal) {
          reject(refusal);
        }
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
