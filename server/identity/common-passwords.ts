/**
 * Passwords of eight characters and more that head every published list of leaked ones, English and French, and those that this
 * platform's own name invites. Compared in lower case, with and without the figures and signs at the end.
 */
const LIST = `
password passw0rd password1 password12 password123 p@ssword p@ssw0rd pa55word passwort contraseña
motdepasse motdepass monmotdepasse motdepasse1 changeme changeme1 changemoi letmein1 letmeinn welcome1 welcome123 bienvenue bienvenu
qwertyui qwerty12 qwerty123 qwerty1234 qwertyuiop qwertyazerty azertyui azerty12 azerty123 azertyuiop azerty123456 1q2w3e4r 1q2w3e4r5t
1qaz2wsx 1qazxsw2 zaq12wsx q1w2e3r4 q1w2e3r4t5 1a2b3c4d a1b2c3d4 a1z2e3r4 a1z2e3r4t5 aqwzsxedc abcd1234 abcd12345 abc12345 abc123456
asdfghjkl asdf1234 asdfasdf qsdfghjklm wxcvbn123 zxcvbnm1 zxcvbnm123 qazwsxedc qazwsx123
12345678 123456789 1234567890 0123456789 987654321 0987654321 87654321 11223344 1122334455 123123123 12341234 123454321 147258369
159753456 789456123 741852963 12344321 11111111 00000000 88888888 99999999 66666666 55555555 12121212 10203040 102030405060
iloveyou iloveyou1 iloveyou2 jetaime1 jetaime123 jetaimeme jevousaime doudou123 loulou123 chouchou coucou123 bonjour1 bonjour123
bonjour12 soleil123 chocolat chocolat1 princess princess1 princesse princesse1 sunshine sunshine1 football football1 basketball
baseball baseball1 superman superman1 batman123 spiderman starwars starwars1 pokemon1 pokemon123 dragon123 dragonball naruto123
michael1 jordan23 jennifer charlie1 computer computer1 ordinateur internet internet1 samsung1 samsung123 motorola android1
master123 shadow123 monkey123 killer123 trustno1 whatever whatever1 freedom1 liberté liberte1 freedom123 secret123 secret12
administrator administrateur admin123 admin1234 admin12345 administ adminadmin root1234 rootroot toor1234 user1234 utilisateur
test1234 test12345 testtest testing1 testing123 guest123 invité123 demo1234 default1 temp1234 temporary login123 access14 secure123
hello123 hello1234 hellohello salut123 salutsalut marseille marseille13 parisparis france123 france98 portugal barcelona realmadrid
chelsea1 arsenal1 liverpool liverpool1 manchester juventus psg12345 cristiano ronaldo7 ronaldo123 messi123 neymar123 zidane10
nicolas1 camille1 alexandre alexandra christophe christelle stephanie sebastien guillaume frederic caroline catherine isabelle
nathalie veronique patricia dominique valentin valentine benjamin jonathan jonathan1 anthony1 matthieu francois francoise
elisabeth elizabeth victoria victoria1 jessica1 ashley123 michelle michelle1 samantha thomas123 daniel123 andrew123 joshua123
blink182 metallica nirvana1 slipknot eminem123 madonna1 ferrari1 mercedes mercedes1 porsche1 corvette mustang1 yamaha123 peugeot1
peugeot206 renault1 renault123 citroen1 toyota123 voiture1 vehicule vehicule1 cartegrise cartegrise1 vignette vignette1 vignette123
vignettes impots123 impotauto taxeauto
madagascar madagascar1 antananarivo tananarive toamasina tamatave antsirabe mahajanga malagasy gasy1234 ankadifotsy vazimba1
maroc123 marocain casablanca marrakech benin123 beninois cotonou1 portonovo afrique1 afrique123 africa123
123456abc 123456aa 12345678a 123456789a a12345678 a123456789 aa123456 aa12345678 qq123456 zz123456 abc123abc 123abc123 123qweasd
qwe123qwe 123qwe123 123321123 7777777a 147147147 258258258 369369369 789789789 321321321 456456456 456789123 963852741
butterfly papillon papillon1 flower123 lovely123 lovelove loveyou1 babygirl babygirl1 angel123 anges123 jesus123 jesus777 jesuschrist
jesus1234 godisgood god12345 blessing blessed1 dieu1234 dieuestbon allah123 bismillah mohamed1 mohammed mohammed1 muhammad ibrahim1
marie123 mariejoseph maman123 mamanpapa papamaman papa1234 famille1 family123 mafamille bébé1234 lapin123 minou123 chaton123 chien123
password! pass1234 pass12345 passpass passe123 passe1234 motdepasse123 secret1234 onedirection myspace1 facebook facebook1 google123
gmail123 yahoo123 hotmail1 linkedin instagram whatsapp whatsapp1 youtube1 microsoft windows1 windows10 iphone123 apple123
summer2024 summer2025 winter2024 winter2025 spring2025 autumn2025 janvier1 fevrier1 septembre octobre1 novembre decembre
lundi123 mardi123 mercredi vendredi dimanche
`;

export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(LIST.split(/\s+/).filter(Boolean));
