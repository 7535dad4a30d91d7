// One line to the server for all the pages of a browser: ten tabs must not take ten of its few connections.
import { type Ask, Line, type News } from "./live-line";

const line = new Line();

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  const tell = (news: News) => port.postMessage(news);
  port.onmessage = ({ data }: MessageEvent<Ask>) => line.ask(tell, data);
};
