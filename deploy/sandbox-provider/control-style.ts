/** How the control page looks: one column on a telephone, orders beside the controls on a wide screen. */
export const CONTROL_STYLE = `
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;background:#f3f4f1;color:#1c2420;font:1rem/1.5 system-ui,sans-serif}
header,main{max-width:76rem;margin:0 auto;padding:1rem}
header{border-bottom:1px solid #c7cec9}h1{margin:0;font-size:1.6rem;line-height:1.2}header p{margin:.35rem 0 0;max-width:65ch;color:#45504a}
h2{font-size:1.2rem;margin:0 0 .5rem}h3{margin:0;font-size:1.1rem;font-variant-numeric:tabular-nums}
main{display:grid;gap:2rem}@media(min-width:60rem){main{grid-template-columns:minmax(0,1fr) 24rem}}
article{background:#fff;border:1px solid #c7cec9;border-radius:.5rem;padding:.9rem 1rem;margin:0 0 .75rem}
.by{font-weight:400;color:#45504a}.status{display:inline-block;margin:.3rem 0 0;padding:.05rem .6rem;border:1px solid;border-radius:1rem;font-weight:600}
.pending .status{color:#6b4a00;background:#fff7df}.successful .status{color:#0f5132;background:#e6f4ec}.failed .status{color:#8a1812;background:#fdecea}
.facts{margin:.3rem 0 0;color:#45504a}.msisdn{font-variant-numeric:tabular-nums}
.phone{max-width:22rem;margin:.8rem 0;padding:1rem;border:3px solid #1c2420;border-radius:1.1rem;background:#eef3f0}
.phone h4{margin:0;font-size:1rem}.phone p{margin:.4rem 0 .7rem}
.two{display:grid;grid-template-columns:1fr 1fr;gap:.6rem}.more{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.6rem}
button{min-height:2.5rem;padding:.4rem .9rem;border:1px solid #14523a;border-radius:.375rem;background:#fff;color:#14523a;font:inherit;cursor:pointer}
button.yes{background:#14523a;color:#fff;font-weight:600}button.no{border-color:#8a1812;color:#8a1812;font-weight:600}button.reset{width:100%}
:focus-visible{outline:3px solid #c26c00;outline-offset:2px}article:focus{outline:3px solid #c26c00}
details{margin-top:.6rem}summary{cursor:pointer;min-height:1.5rem}ol{margin:.4rem 0;padding-left:1.2rem;font-size:.9375rem}.id{margin:.4rem 0;overflow-wrap:anywhere;font-size:.875rem;color:#45504a}
form{margin:0 0 .75rem}fieldset{margin:0;padding:.7rem .9rem .9rem;border:1px solid #c7cec9;border-radius:.5rem;background:#fff}legend{font-weight:600;padding:0 .3rem}
label{display:block;margin:0 0 .6rem}select,input{display:block;width:100%;min-height:2.5rem;margin-top:.2rem;padding:.35rem .5rem;border:1px solid #68736d;border-radius:.375rem;background:#fff;font:inherit}
#state ul{margin:0 0 .5rem;padding-left:1.2rem}#said{min-height:1.5rem;margin:0 0 .5rem;font-weight:600}.live{margin:0 0 .75rem;color:#45504a}.lost .live{color:#8a1812;font-weight:600}
table{width:100%;border-collapse:collapse}caption{text-align:left;color:#45504a}th,td{padding:.3rem .4rem;border-bottom:1px solid #dfe3e0;text-align:left;font-weight:400}
.links a{margin-right:.9rem;color:#14523a}`;
