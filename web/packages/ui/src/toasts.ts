import { reactive } from "vue";

export interface Toast {
  id: number;
  text: string;
  tone: "ok" | "warn";
}

const shownMs = 6000;

// What FlToasts shows. Held while somebody reads.
export class Toasts {
  readonly list: Toast[] = reactive([]);
  private last_ = 0;
  private held_ = false;
  private timers_ = new Map<number, ReturnType<typeof setTimeout>>();

  say(text: string, tone: Toast["tone"] = "ok"): void {
    const id = ++this.last_;
    this.list.push({ id, text, tone });
    this.start_(id);
  }

  drop(id: number): void {
    clearTimeout(this.timers_.get(id));
    this.timers_.delete(id);
    const at = this.list.findIndex((toast) => toast.id === id);
    if (at >= 0) this.list.splice(at, 1);
  }

  hold(): void {
    this.held_ = true;
    for (const timer of this.timers_.values()) clearTimeout(timer);
  }

  release(): void {
    this.held_ = false;
    for (const { id } of this.list) this.start_(id);
  }

  private start_(id: number): void {
    if (this.held_) return;
    clearTimeout(this.timers_.get(id));
    this.timers_.set(id, setTimeout(() => this.drop(id), shownMs));
  }
}
