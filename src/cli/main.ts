import { StartError, serve } from '../serve.ts';
const s = await serve({port: Number(process.argv[3] ?? 0), host:'127.0.0.1', folder: process.argv[4] ?? '/tmp/stint-x', logLevel:'INFO', hostNames:[], behindProxy:false, token: process.env['STINT_TOKEN']}).catch(e=>{ console.error(e instanceof StartError ? e.message : e); process.exit(1)});
delete process.env['STINT_TOKEN'];
console.log('stint is listening on ' + s.url);
process.on('SIGTERM', () => void s.stop().then(()=>process.exit(0)));
