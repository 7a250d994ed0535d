/** What is told within one turn of the loop, as one transaction of the writer. */
import { type Reply, valueOf, type Write } from '../clients';

export class Group {
  private waiting: { write: Write; resolve: (reply: Reply | undefined) => void; reject: (error: unknown) => void }[] =
    [];

  constructor(private readonly tell: (writes: readonly Write[]) => Promise<Reply[]>) {}

  /** @throws Refusal */
  async write(write: Write): Promise<unknown> {
    return valueOf(await this.reply(write));
  }

  reply(write: Write): Promise<Reply | undefined> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => void this.flush());
      this.waiting.push({ write, resolve, reject });
    });
  }

  private async flush(): Promise<void> {
    const group = this.waiting;
    this.waiting = [];
    try {
      const replies = await this.tell(group.map(({ write }) => write));
      group.forEach(({ resolve }, index) => {
        resolve(replies[index]);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
