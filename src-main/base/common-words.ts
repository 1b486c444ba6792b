/**
 * CommonWords: what people choose as passwords, and build them of: the lists that guessers begin with, in their order, and
 * the commonest words of the console's languages (English; Chinese as it is typed, in pinyin). Lower case.
 */

const PASSWORDS = `123456 password 123456789 12345678 12345 qwerty 1234567 111111 1234567890 123123 abc123 1234 password1
iloveyou 1q2w3e4r 000000 qwerty123 zaq12wsx dragon sunshine princess letmein 654321 monkey 27653 1qaz2wsx 123321
qwertyuiop superman asdfghjkl trustno1 welcome login admin administrator passw0rd master hello freedom whatever qazwsx
football baseball starwars 666666 121212 michael shadow ashley jesus ninja mustang 7777777 888888 112233 bailey access
flower hottie loveme zxcvbnm batman solo 696969 159753 aa123456 donald secret changeme default guest root toor test
test123 temp temporary office server mail email postmaster webmaster support service company summer winter spring autumn
january february march april june july august september october november december monday tuesday wednesday thursday friday
saturday sunday postroom mailserver p@ssw0rd asdf asdfasdf qweasd qweasdzxc 1q2w3e q1w2e3r4 abcd1234 a1b2c3 987654321
woaini woaini1314 5201314 1314520 520520 woaini520 woaini123 a123456 123456a a123456789 123456abc 110110 147258369
147258 789456 789456123 88888888 66666666 11111111 00000000 12341234 1314521 qq123456 caonima zhang wang li zhao liu chen
yang huang wu zhou xiaoming xiaohong laoban gongsi mima mima123 denglu guanli guanliyuan youxiang youjian nihao woshi
zhongguo beijing shanghai guangzhou shenzhen tianjin chongqing baobao baobei laopo laogong xiaojie tiancai jiayou
wangluo kehu caiwu xiaoshou bangong bangongshi fuwuqi diannao dianhua shouji`;

const WORDS = `the be and of a in to have it for that you he on with do at by not this but from they his she or which as we
say will would can if their go what there all get her make who out up see know time take them some could so him year into
its then think my come than more about now last your me no other give just should these people also well any only new very
when may way look like use such how because good find man our want day between even many those one after down thing tell
back must child here over too put work old part leave life great where woman need feel system each right program hear
question play government small number off always move night live point believe hold today bring happen next without
before large million home under water room write mother area national money story young fact month different lot study
book eye job word though business issue side kind four head far black long both little house yes since provide around
friend important father sit away until power hour game often run line political end among ever stand bad lose however
member pay law meet car city almost include continue set later community much name five once white least president learn
real change team minute best several idea kid body information nothing ago lead social understand whether watch together
follow parent stop face create public already speak others read level allow add spend door health person art sure war
history party grow result open morning walk reason low win research girl guy early food moment himself air teacher force
offer enough education across although remember foot second boy maybe able age policy everything love process music
including consider appear actually buy probably human wait serve market die send expect sense build stay fall oh nation
plan cut college interest death course someone experience behind reach local kill six remain effect suggest class control
raise care perhaps late hard field else pass former sell major sometimes require along development themselves report role
better economic effort decide rate strong possible heart drug leader light voice wife whole police mind finally pull
return free military price less according decision explain son hope develop view relationship carry town road drive arm
true break difference thank receive value international building action full model join season society tax director
position player agree especially record pick wear paper special space ground form support event official whose matter
everyone center couple site project hit base activity star table court produce eat teach oil half situation easy cost
industry figure street image itself phone either data cover quite picture clear practice piece land recent describe
product doctor wall patient worker news movie certain north personal simply third technology catch step baby computer
type attention draw film tree source red nearly organization choose cause hair century evidence window difficult listen
soon culture billion chance brother energy period summer realize hundred available plant likely opportunity term short
letter condition choice single rule daughter administration south husband congress floor campaign material population
call economy medical hospital church close thousand risk current fire future wrong involve defense anyone increase
security bank myself certainly west sport board seek per subject officer private rest behavior deal performance fight
throw top quickly past goal bed order author fill represent focus foreign drop blood upon agency push nature color store
reduce sound note fine near movement page enter share common poor natural race concern series significant similar hot
language usually response dead rise animal factor decade article shoot east save seven artist scene stock career despite
central eight thus treatment beyond happy exactly protect approach lie size dog fund serious occur media ready sign
thought list individual simple quality pressure accept answer resource identify left meeting determine prepare disease
whatever success argue cup particularly amount ability staff recognize indicate character growth loss degree wonder
attack herself region television box training pretty trade election everybody physical lay general feeling standard bill
message fail outside arrive analysis benefit sex forward lawyer present section environmental glass skill sister pm
professor operation financial crime stage ok compare authority miss design sort act ten knowledge gun station blue state
strategy clearly discuss indeed truth song example democratic check environment leg dark various rather laugh guess
executive prove hang entire rock forget claim remove manager enjoy network legal religious cold final main science green
memory card above seat cell establish nice trial expert firm radio visit management avoid imagine tonight huge ball tom
finish yourself talk theory impact respond statement maintain charge popular traditional onto reveal direction weapon
employee cultural contain peace pain apply measure wide shake fly interview manage chair fish particular camera structure
politics perform bit weight suddenly discover candidate production treat trip evening affect inside conference unit style
adult worry range mention deep edge specific writer trouble necessary throughout challenge fear shoulder institution
middle sea dream bar beautiful property instead improve stuff claim horse correct battery staple cat apple orange banana
coffee tea garden king queen angel james john robert david william richard joseph thomas charles daniel matthew anthony
mark paul steven andrew george kevin brian edward ronald mary patricia jennifer linda elizabeth barbara susan jessica
sarah karen lisa nancy anna emma peter max lucas laura julia sophie martin jack oliver harry charlie
de shi bu le zai ren you wo ta zhe ge men zhong lai shang da wei he guo di dao ni shuo chu xing ye zi hou xia tian sheng
neng dui xiao duo yu jiu qi yao ai hao mei jin nian yue ri shui huo mu jinnian mingtian xianzai pengyou laoshi xuesheng
gongzuo shenghuo shijian wenti women nimen tamen xiexie zaijian kuaile xinnian fangjian jiating baba mama gege jiejie
didi meimei erzi nver haizi`;

/** Word → its place in the guessers' order. */
export const COMMON_WORDS: ReadonlyMap<string, number> = rank(`${PASSWORDS} ${WORDS}`);

function rank(list: string): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>();
  for (const word of list.split(/\s+/u))
    if (word.length > 1 && !ranks.has(word)) ranks.set(word, ranks.size + 1);
  return ranks;
}
