/** The page's whole style. Colours come in pairs, for light and for dark; those of series can be told apart by the colour-blind. */
export const style = `
:root{color-scheme:light dark;--page:light-dark(#f3f6f8,#0e1419);--card:light-dark(#fff,#161e25);--ink:light-dark(#13212c,#e7edf2);--quiet:light-dark(#566775,#93a4b3);--line:light-dark(#dfe6eb,#27333d);--grid:light-dark(#e9eef2,#212c35);--accent:light-dark(#0a6f8a,#4cc4e6);
--t1:light-dark(#0b7fa8,#4cc4e6);--t2:light-dark(#c4560f,#ffa05c);--t3:light-dark(#6a4bbd,#b39df5);--t4:light-dark(#2a8548,#6fd391);--t5:light-dark(#b0266c,#f583b7);--t6:light-dark(#7a6a00,#dcc94d);--bad:light-dark(#c62828,#ff7f7a);--fair:light-dark(#9a6200,#f2bd57);--good:light-dark(#1d7a3e,#6fd391)}
[data-theme=light]{color-scheme:light}[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;background:var(--page)}
body{margin:0 auto;max-width:1240px;padding:28px 24px 48px;color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
h1,h2,h3,p,ul,dl,dd,figure{margin:0;padding:0}ul{list-style:none}
h1{font-size:clamp(22px,3.4vw,32px);line-height:1.15;letter-spacing:-.02em;font-weight:680;overflow-wrap:anywhere}
h2{font-size:19px;letter-spacing:-.01em;margin:38px 0 14px}
h3{font-size:15px;font-weight:640}
code,pre{font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.top{display:flex;justify-content:space-between;align-items:center;gap:12px;margin-bottom:22px;color:var(--quiet);font-size:13px}
.brand{display:flex;align-items:center;gap:9px;font-weight:650;color:var(--ink);font-size:14px}
.brand svg{width:22px;height:22px;stroke:var(--accent);fill:none;stroke-width:2.4;stroke-linecap:round}
button{font:inherit;font-size:13px;color:var(--quiet);background:none;border:1px solid var(--line);border-radius:999px;padding:4px 13px;cursor:pointer}
button:hover{color:var(--ink);border-color:var(--quiet)}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:6px}
.lead{display:grid;grid-template-columns:minmax(0,1fr);gap:10px}
.lead>p{color:var(--quiet);overflow-wrap:anywhere}
.badge{display:inline-flex;align-items:center;gap:7px;width:max-content;max-width:100%;padding:4px 12px 4px 10px;border-radius:999px;font-size:13px;font-weight:680;letter-spacing:.04em;background:color-mix(in srgb,currentColor 13%,transparent)}
.badge::before{content:"";flex:none;width:8px;height:8px;border-radius:50%;background:currentColor}
.badge span{font-weight:450;letter-spacing:0;color:var(--ink)}
.badges{display:flex;flex-wrap:wrap;gap:8px;margin-bottom:2px}
.good{color:var(--good)}.fair{color:var(--fair)}.bad{color:var(--bad)}
.reasons{margin-top:16px;display:grid;gap:6px;padding:13px 16px;border-left:3px solid currentColor;background:var(--card);border-radius:0 10px 10px 0}
.reasons ul{display:grid;gap:6px}.reasons details ul{margin-top:6px}.reasons li{color:var(--ink)}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:12px;margin-top:24px}.tiles-5{grid-template-columns:repeat(5,minmax(0,1fr))}.tiles-3,.tiles-6{grid-template-columns:repeat(3,minmax(0,1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;min-width:0}
.tile{padding:15px 17px 14px}
.tile dt{font-size:12.5px;color:var(--quiet)}
.tile dd:first-of-type{font-size:27px;font-weight:640;letter-spacing:-.025em;line-height:1.25;white-space:nowrap}
.tile dd small{font-size:14px;font-weight:500;letter-spacing:0;color:var(--quiet);margin-left:4px}
.tile p{font-size:12.5px;color:var(--quiet)}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}
.wide{grid-column:1/-1}
.chart{padding:18px 20px 14px;display:flex;flex-direction:column}
.chart figcaption p{color:var(--quiet);font-size:13px;margin-top:2px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:10px;font-size:12.5px}
.legend li{display:flex;align-items:center;gap:7px;color:var(--ink)}
.key{width:22px;height:10px;overflow:visible}
.plot{position:relative;padding:32px 8px 44px 46px;margin-top:auto;border-radius:8px}
.canvas{display:block;width:100%;overflow:visible}.data{overflow:visible}
.rows line{stroke:var(--grid)}.columns line{stroke:var(--line)}
.canvas text{fill:var(--quiet);font-size:11.5px}
.rows text{text-anchor:end}.columns text{text-anchor:middle}.canvas .caption{text-anchor:end}.canvas .unit{text-anchor:start}
.canvas path,.key path{fill:none;stroke:var(--tone);stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.canvas path.dots,.key.dots path{stroke-width:5.5;stroke-linecap:round;stroke-opacity:.55}
.key.dots path,.key.squares path{stroke-width:8;stroke-opacity:.9}
.canvas path.knots{stroke-width:8;stroke-linecap:round}
.canvas path.squares,.key.squares path{stroke-width:7;stroke-linecap:square}
.canvas path.bars{fill:var(--tone);fill-opacity:.72;stroke:var(--card);stroke-width:1}
.canvas path.area{fill:var(--tone);fill-opacity:.13;stroke:none}
.key.bars path{stroke-width:8}
.dashed,.key.dashed path{stroke-dasharray:7 4}.dotted,.key.dotted path{stroke-dasharray:2 4;stroke-linecap:round}
.t1{--tone:var(--t1)}.t2{--tone:var(--t2)}.t3{--tone:var(--t3)}.t4{--tone:var(--t4)}.t5{--tone:var(--t5)}.t6{--tone:var(--t6)}.failed{--tone:var(--bad)}.given{--tone:var(--quiet)}
.marker line{stroke:var(--ink);stroke-opacity:.55;stroke-dasharray:3 3}
.canvas .marker text{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.marker .left{text-anchor:end}
.canvas .names text{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.focus[hidden]{display:none}.focus line{stroke:var(--quiet);stroke-opacity:.5}.focus circle{fill:var(--card);stroke:var(--tone);stroke-width:2.5}
.tip{position:absolute;z-index:2;pointer-events:none;background:var(--ink);color:var(--page);border-radius:8px;padding:7px 11px;font-size:12.5px;line-height:1.45;white-space:nowrap;box-shadow:0 4px 16px #0003}
.tip[hidden]{display:none}.tip b{display:block;font-weight:650}.tip span{display:block}
.values{margin-top:6px;font-size:13px}
summary{cursor:pointer;color:var(--quiet);width:max-content;max-width:100%}summary:hover{color:var(--ink)}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{padding:7px 12px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600;color:var(--quiet);font-size:12.5px}
th:first-child,td:first-child,.words td,.words th{text-align:left}
tbody th{color:var(--ink);font-size:13.5px}
tbody tr:last-child>*{border-bottom:0}
td small{display:block;color:var(--quiet);font-size:11.5px}
.words td{white-space:normal;overflow-wrap:anywhere;vertical-align:top}
.below{all:unset;display:block}.hint{color:var(--quiet);font-size:13px;margin-top:9px}
.level.card{padding:0;background:none;border:0;border-top:1px solid var(--line);border-radius:0}
.words td b{white-space:nowrap}thead th:first-child{white-space:normal;min-width:96px}
.panel{padding:6px 8px}
.level{margin-top:16px}.level>summary{list-style:none;display:flex;flex-wrap:wrap;align-items:center;gap:6px 16px;width:100%;padding:14px 18px;color:var(--ink)}
.level>summary::-webkit-details-marker{display:none}
.level>summary::before{content:"";width:8px;height:8px;border:solid var(--quiet);border-width:0 2px 2px 0;transform:rotate(-45deg);flex:none}
.level[open]>summary::before{transform:rotate(45deg)}
.level>summary b{min-width:130px}.level>summary span:not(.badge,.badge *){color:var(--quiet);font-size:13.5px}
.level>.inside{padding:2px 0 22px}
.notes{display:grid;gap:7px;padding:14px 18px}.notes li{padding-left:16px;position:relative;color:var(--quiet)}
.notes li::before{content:"";position:absolute;left:0;top:.62em;width:6px;height:6px;border-radius:50%;background:var(--line)}
pre{margin:0;padding:14px 18px;white-space:pre-wrap;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(230px,1fr));gap:14px 24px;padding:16px 18px}
.facts dt{font-size:12.5px;color:var(--quiet)}.facts dd{overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:7px 26px;padding:16px 18px;font-size:14px}.figures dt{color:var(--quiet)}.figures dd{overflow-wrap:anywhere}
.stack{display:grid;gap:16px}
footer{margin-top:40px;color:var(--quiet);font-size:13px}
@media(max-width:860px){.tiles,.tiles-3,.tiles-5,.tiles-6{grid-template-columns:repeat(2,minmax(0,1fr))}.grid{grid-template-columns:minmax(0,1fr)}}
@media(max-width:560px){.figures{grid-template-columns:minmax(0,1fr);gap:2px}.figures dd{margin-bottom:8px}body{padding:18px 14px 36px}.tiles{gap:9px}.tile{padding:11px 13px}.tile dd:first-of-type{font-size:22px}.chart{padding:15px 13px 12px}.narrow-out{display:none}th,td{padding:6px 9px}.top time{display:none}}
@media print{:root{color-scheme:light}html,.card{background:#fff}body{max-width:none;padding:0;font-size:12px}button,.values,.tip,.focus{display:none}.card{break-inside:avoid}h2{break-after:avoid}}
@media(prefers-reduced-motion:no-preference){.focus circle{transition:cx .06s,cy .06s}}
`
